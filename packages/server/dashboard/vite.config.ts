import { join } from "node:path"
import { defineConfig } from "vite"

// Everything becomes a file of its own, with no inline script, style or data: the page runs under a strict CSP.
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ["@smart-cache/source", "module", "browser", "production"] },
  // The same files wherever they are built, also from a test.
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  oxc: { jsx: { runtime: "automatic", development: false } },
  build: {
    outDir: join(import.meta.dirname, "../dist/dashboard"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2023"
  }
})
