import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// The page is built into the package, where the API finds it; it asks no other host for anything.
export default defineConfig({
  base: "/page/",
  plugins: [svelte()],
  // OpenLayers brings the controls and interactions of a map that is given none.
  resolve: { alias: [{ find: /^\.\/(control|interaction)\/defaults\.js$/, replacement: "/src/map/undefaulted.ts" }] },
  build: {
    outDir: "../src/trygghetskarta/api/page",
    emptyOutDir: true,
    target: "es2022",
    // The policy of the page allows no data in the place of a script or a style, and small files cost nothing over one connection.
    assetsInlineLimit: 0,
    // The map, and the description of the API: who opens the one loads nothing of the other.
    rollupOptions: {
      input: ["index.html", "docs.html"],
      // All of the first view in one piece: packed together it weighs a tenth less than in the pieces that later views happen to share.
      // So do what draws with Plot, and the pages that are read with the explanations that they share.
      output: {
        codeSplitting: {
          groups: [
            { name: "first", tags: ["$initial"], test: (id) => !/swagger|docs/.test(id) },
            { name: "drawing", test: /src\/charts\/(plotting|scatter)/ },
            { name: "read", test: /src\/(about\/(Document|Methods|Accessibility)Page|methods\/(Told|Explanation))/ },
          ],
        },
      },
    },
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    chunkSizeWarningLimit: 1600, // Swagger UI, which only /docs loads, is one piece
  },
  server: { proxy: { "/v1": "http://127.0.0.1:8000" } },
});
