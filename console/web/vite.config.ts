/// <reference types="vitest/config" />
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// What the console's Content-Security-Policy asks for: scripts and styles from files only, nothing inline, no data: URLs.
export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    chunkSizeWarningLimit: 300,
  },
  server: {
    // `npm run dev` beside a running console: HOTLINER_WEB=https://127.0.0.1:4433 npm run dev
    proxy: { '/api': { target: process.env['HOTLINER_WEB'] ?? 'https://127.0.0.1:4433', secure: false } },
  },
  test: { include: ['src/**/*.test.ts'] },
});
