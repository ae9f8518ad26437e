import 'virtual:web-forms.css';import('@getodk/web-forms').then(console.log)
