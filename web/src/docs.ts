/** The page with every operation of the API, from openapi.json as this very service describes itself. */

import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";

const told = (await (await fetch("/openapi.json")).json()) as Record<string, unknown>;

SwaggerUI({
  // What is tried here is asked of the service that the page came from, by whatever name it was reached.
  spec: { ...told, servers: [{ url: location.origin }] },
  dom_id: "#operations",
  deepLinking: true,
  // What answers hold is long, and opened by whoever wants it.
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  tryItOutEnabled: true,
  onComplete: () => document.getElementById("operations")?.setAttribute("aria-busy", "false"),
  // No other host is asked to check the document.
  validatorUrl: null,
});
