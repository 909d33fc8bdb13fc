/** A small line of one figure over the last windows, from 0 to the highest of them. */

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 80;
const HEIGHT = 18;

export function makeSparkline() {
  const element = document.createElementNS(SVG, 'svg');
  element.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  element.setAttribute('class', 'sparkline');
  element.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  element.append(path);

  /** \param values oldest first, null where not known: the line has a gap there */
  function draw(values) {
    const highest = Math.max(...values.filter((value) => value !== null), 0);
    const step = WIDTH / Math.max(values.length - 1, 1);
    let pen = 'M';
    let line = '';
    values.forEach((value, index) => {
      if (value === null || highest === 0) {
        pen = 'M';
        return;
      }
      const y = HEIGHT - 1 - (value / highest) * (HEIGHT - 2);
      line += `${pen}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
      pen = 'L';
    });
    path.setAttribute('d', line);
  }

  return { element, draw };
}
