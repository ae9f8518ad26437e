export { createApp, h } from 'vue';
export { OdkWebForm, webFormsPlugin } from '@getodk/web-forms';
