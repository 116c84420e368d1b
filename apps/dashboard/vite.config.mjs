import { defineConfig } from 'vite';

// tsconfig.json has the options of JSX. `npm run dev -w apps/dashboard` connects to the gateway that `npm start` runs.
const gateway = `127.0.0.1:${process.env.GATEWAY_PORT ?? 4000}`;

/**
 * When it is loaded, uPlot creates a number format for the language of the browser, and throws if that is not valid (Chromium has
 * `en-US@posix` on a machine without a locale). The dashboard does not use that format: text/formats.ts formats all numbers.
 */
const fixedChartLanguage = {
  name: 'fixed-chart-language',
  transform(code, id) {
    if (!/uplot[\\/].*\.js$/.test(id)) return null;
    const original = "domEnv ? nav.language : 'en-US'";
    if (!code.includes(original))
      this.error('uPlot does not read the language of the browser any more: remove this plugin.');
    return { code: code.replace(original, "'en-US'"), map: null };
  },
};

export default defineConfig({
  // Relative addresses, so that the page works under any path of a proxy.
  base: './',
  plugins: [fixedChartLanguage],
  optimizeDeps: { exclude: ['uplot'] },
  build: {
    target: 'es2023',
    // The content security policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': `http://${gateway}`, '/socket': { target: `ws://${gateway}`, ws: true } } },
});
