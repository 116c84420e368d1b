import { defineConfig } from 'vite';

// JSX is compiled as tsconfig.json says. `npm run dev -w apps/dashboard` asks the gateway that `npm start` runs.
const gateway = `127.0.0.1:${process.env.GATEWAY_PORT ?? 4000}`;

/**
 * As it is loaded, uPlot makes a format of numbers for the language of the browser, and throws where that is none (`en-US@posix`,
 * which Chromium says on a machine without one). What it writes here is formatted by text/formats.ts.
 */
const languageOfCharts = {
  name: 'language-of-charts',
  transform(code, id) {
    if (!/uplot[\\/].*\.js$/.test(id)) return null;
    const asked = "domEnv ? nav.language : 'en-US'";
    if (!code.includes(asked)) this.error('uPlot does not ask for the language any more: take this out.');
    return { code: code.replace(asked, "'en-US'"), map: null };
  },
};

export default defineConfig({
  plugins: [languageOfCharts],
  optimizeDeps: { exclude: ['uplot'] },
  build: {
    target: 'es2023',
    // Strict content security: nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': `http://${gateway}`, '/socket': { target: `ws://${gateway}`, ws: true } } },
});
