import { defineConfig } from 'vite';

// JSX is compiled as tsconfig.json says. `npm run dev -w apps/dashboard` asks the gateway that `npm start` runs.
const gateway = `127.0.0.1:${process.env.GATEWAY_PORT ?? 4000}`;

export default defineConfig({
  build: {
    target: 'es2023',
    // Strict content security: nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': `http://${gateway}`, '/socket': { target: `ws://${gateway}`, ws: true } } },
});
