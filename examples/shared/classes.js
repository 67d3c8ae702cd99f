/** Classes of values and what they look like. The colours differ in lightness too, so that they part in every common kind of colour blindness. */

export const ZERO = "#eef5f5";
export const RAMP = ["#c2ede9", "#77ced8", "#3aa3c3", "#1870a1", "#1a3f73"];
const PICKED = [[], [2], [1, 3], [0, 2, 4], [0, 1, 3, 4], [0, 1, 2, 3, 4]];

/**
 * Put values into classes of about as many areas: 0 alone, and at most five more. Equal values never part, and every end is a value that occurs.
 * @param {number[]} values
 * @returns {{ low: number, high: number, colour: string }[]}
 */
export function classesOf(values) {
  const sorted = values.filter((value) => value !== 0).sort((a, b) => a - b);
  const distinct = [...new Set(sorted)];
  const starts = distinct.length <= RAMP.length
    ? distinct
    : [...new Set(RAMP.map((_, part) => sorted[Math.round((sorted.length * part) / RAMP.length)]))];
  const classes = starts.map((low, part) => ({
    low,
    high: sorted.filter((value) => value < (starts[part + 1] ?? Infinity)).at(-1),
    colour: RAMP[PICKED[starts.length][part]],
  }));
  return values.includes(0) ? [{ low: 0, high: 0, colour: ZERO }, ...classes] : classes;
}

/** How wide the square is that a hatching repeats, in pixels. */
export const HATCH = 8;

/** Strokes go on beyond the square, so that they meet those of the next one. */
const MARKS = {
  missing: (pen) => [0, HATCH, 2 * HATCH].forEach((at) => stroke(pen, at + 1, -1, at - HATCH - 1, HATCH + 1)),
  withheld: (pen) => { MARKS.missing(pen); [-HATCH, 0, HATCH].forEach((at) => stroke(pen, at - 1, -1, at + HATCH + 1, HATCH + 1)); },
  notApplicable: (pen) => { pen.beginPath(); pen.arc(HATCH / 2, HATCH / 2, 1.2, 0, 7); pen.fill(); },
};

function stroke(pen, x1, y1, x2, y2) {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

/**
 * Draw the hatching of what an area lacks: a square that repeats without a seam. The map and the legend use the same one.
 * @param {"missing"|"withheld"|"notApplicable"} lack
 * @returns {HTMLCanvasElement} at twice the size, for sharp screens
 */
export function hatching(lack) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 2 * HATCH;
  const pen = canvas.getContext("2d");
  pen.scale(2, 2);
  pen.fillStyle = "#f3f3f1";
  pen.fillRect(0, 0, HATCH, HATCH);
  pen.strokeStyle = pen.fillStyle = "#7d878a";
  MARKS[lack](pen);
  return canvas;
}
