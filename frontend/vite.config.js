import { defineConfig } from 'vite';
import { copyLicences } from './build/licences.js';
import { iconSprite } from './build/icons.js';
import { rightToLeft } from './build/right-to-left.js';
import { webFormsStyle } from './build/web-forms-style.js';

// Entry names carry no hash: Django's static files storage adds its own when it serves them.
// Chunks are only named inside our scripts, where Django does not look, so those keep a hash.
export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [webFormsStyle(), rightToLeft(), iconSprite(), copyLicences()],
  css: {
    preprocessorOptions: {
      scss: {
        quietDeps: true,
        // Bootstrap 5.3 still uses @import; it moves to modules in version 6.
        silenceDeprecations: ['import', 'global-builtin', 'color-functions', 'if-function'],
      },
    },
  },
  build: {
    outDir: '../src/sojourn/web/static/dist',
    emptyOutDir: true,
    target: ['chrome111', 'firefox114', 'safari16.4'],
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 2500,
    rollupOptions: {
      // The WebAssembly glue inside the form package holds an eval that browsers never reach.
      checks: { eval: false, pluginTimings: false },
      input: { app: 'src/app.js', form: 'src/form.js' },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
        assetFileNames: ({ names }) =>
          /\.woff2$/.test(names[0] ?? '') ? 'fonts/[name][extname]' : '[name][extname]',
      },
    },
  },
});
