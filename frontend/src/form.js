import 'virtual:web-forms.css';
import './scss/form.scss';
import { mountForm } from './form/mount.js';

const host = document.getElementById('odk-form');
if (host) mountForm(host);
