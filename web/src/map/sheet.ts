/** What all layers of a map draw on. */

import Layer from "ol/layer/Layer";
import { compose, create, toString } from "ol/transform";

/** The class by which OpenLayers knows that a layer may draw on what the one under it has drawn on. */
const SHARED = "ol-layer";

/**
 * A sheet to lie under all layers, drawn by the processor: some hundred areas are quickly drawn by it everywhere, whereas a browser that only acts as if it
 * had a graphics card, as on many a server and remote desktop, takes ten times as long.
 */
export function plainSheet(): Layer {
  const box = document.createElement("div");
  box.className = SHARED;
  box.style.cssText = "position: absolute; width: 100%; height: 100%";
  const canvas = document.createElement("canvas");
  canvas.style.cssText = "position: absolute; left: 0; transform-origin: top left";
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  box.append(canvas);
  const place = create();
  return new Layer({
    render: ({ size, pixelRatio }) => {
      const [across = 0, down = 0] = size;
      const [width, height] = [Math.round(across * pixelRatio), Math.round(down * pixelRatio)];
      if (canvas.width === width && canvas.height === height) pen?.clearRect(0, 0, width, height);
      else [canvas.width, canvas.height] = [width, height];
      // As OpenLayers reckons it: a layer draws here only where the two agree.
      compose(place, across / 2, down / 2, 1 / pixelRatio, 1 / pixelRatio, 0, -width / 2, -height / 2);
      canvas.style.transform = toString(place);
      return box;
    },
  });
}
