/** Marks of the map, each told apart by its shape as well as its hue. */
import { token } from "@linli/tokens";

const SIZE = 48;

type Draw = (pen: CanvasRenderingContext2D) => void;

const polygon =
  (...points: [number, number][]): Draw =>
  (pen) => {
    points.forEach(([x, y], index) => (index ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.closePath();
  };
const disc =
  (radius: number): Draw =>
  (pen) =>
    pen.arc(24, 24, radius, 0, 2 * Math.PI);

interface Mark {
  draw: Draw;
  colour: string;
  hollow?: boolean;
}

const MARKS: Record<string, Mark> = {
  online: { draw: disc(9), colour: "good" },
  offline: { draw: polygon([15, 11], [24, 20], [33, 11], [37, 15], [28, 24], [37, 33], [33, 37], [24, 28], [15, 37], [11, 33], [20, 24], [11, 15]), colour: "ink-faint" },
  critical: { draw: polygon([24, 3], [45, 24], [24, 45], [3, 24]), colour: "critical" },
  major: { draw: polygon([24, 5], [44, 42], [4, 42]), colour: "major" },
  minor: { draw: disc(15), colour: "minor" },
  info: { draw: disc(14), colour: "info", hollow: true },
  case: { draw: polygon([10, 8], [38, 8], [38, 40], [10, 40]), colour: "brand" },
};

function picture({ draw, colour, hollow }: Mark): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
  pen.beginPath();
  draw(pen);
  pen.fillStyle = hollow ? token("surface") : token(colour);
  pen.fill();
  pen.lineWidth = hollow ? 5 : 3;
  pen.strokeStyle = hollow ? token(colour) : token("surface");
  pen.stroke();
  return pen.getImageData(0, 0, SIZE, SIZE);
}

/** Return every mark as a picture, in the colours of the present theme. */
export function pictures(): [name: string, image: ImageData][] {
  return Object.entries(MARKS).map(([name, mark]) => [name, picture(mark)]);
}
