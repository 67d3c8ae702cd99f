/// <reference types="vite/client" />

declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  /** Draws the operations of an OpenAPI document. */
  export default function SwaggerUI(options: Readonly<Record<string, unknown>>): unknown;
}
