/** Picks per agent (down) and window (across) on a canvas, one colour scale for all. */

import { count, rough } from './format.js';

const MOST_HEIGHT = 420;
const LABEL_WIDTH = 110;
const AXIS_HEIGHT = 18;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** From the page's ground to a full colour; square root, so that few picks are seen beside many. */
function shade(share, [from, to]) {
  const at = Math.sqrt(share);
  const mixed = from.map((value, index) => Math.round(value + (to[index] - value) * at));
  return `rgb(${mixed.join(' ')})`;
}

function parse(text) {
  return text.match(/[0-9a-f]{2}/gi).map((pair) => parseInt(pair, 16));
}

export class HeatMap {
  constructor(box, reading) {
    this.box = box;
    this.reading = reading;
    this.canvas = document.createElement('canvas');
    this.canvas.setAttribute('role', 'img');
    this.canvas.setAttribute('aria-label', 'Picks per agent and window; the table below has the shares');
    box.append(this.canvas);
    this.history = null;
    this.agents = [];
    this.greatest = 0;
    new ResizeObserver(() => this.draw()).observe(box);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
    this.canvas.addEventListener('pointermove', (event) => this.read(event));
  }

  show(history, agents) {
    this.history = history;
    this.agents = agents;
    this.draw();
  }

  layout() {
    const width = this.box.clientWidth;
    const rows = Math.max(this.agents.length, 1);
    const rowHeight = Math.max(2, Math.min(18, Math.floor(MOST_HEIGHT / rows)));
    const left = rowHeight >= 11 && width > 500 ? LABEL_WIDTH : 0;
    const columns = Math.max(this.history.windows.length, 30);
    return { width, rowHeight, left, height: rowHeight * rows, columnWidth: (width - left) / columns };
  }

  draw() {
    if (this.history === null || this.box.clientWidth === 0) {
      return;
    }
    const layout = this.layout();
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(layout.width * ratio);
    this.canvas.height = Math.round((layout.height + AXIS_HEIGHT) * ratio);
    this.canvas.style.width = `${layout.width}px`;
    this.canvas.style.height = `${layout.height + AXIS_HEIGHT}px`;
    const pen = this.canvas.getContext('2d');
    pen.scale(ratio, ratio);
    this.greatest = Math.max(1, ...this.history.windows.map((w) => Math.max(0, ...[...w.cells.values()].map((c) => c.picks))));
    this.drawCells(pen, layout);
    this.drawLabels(pen, layout);
  }

  drawCells(pen, { left, rowHeight, columnWidth }) {
    const scale = [parse(colour('--heat-none')), parse(colour('--heat-full'))];
    const gap = rowHeight >= 6 ? 1 : 0;
    this.history.windows.forEach((window, column) => {
      this.agents.forEach((agent, row) => {
        const cell = window.cells.get(agent);
        if (cell !== undefined) {
          pen.fillStyle = shade(cell.picks / this.greatest, scale);
          const x = left + column * columnWidth;
          pen.fillRect(x, row * rowHeight, Math.max(columnWidth - gap, 0.5), rowHeight - gap);
        }
      });
    });
  }

  drawLabels(pen, { width, left, rowHeight, height }) {
    pen.fillStyle = colour('--muted');
    pen.font = '11px system-ui, sans-serif';
    pen.textBaseline = 'middle';
    if (left > 0) {
      this.agents.forEach((agent, row) => pen.fillText(agent, 0, (row + 0.5) * rowHeight, left - 8));
    }
    const { windows } = this.history;
    if (windows.length > 0) {
      pen.textBaseline = 'bottom';
      const length = windows.at(-1).endS - windows[0].startS;
      pen.fillText(`${rough(length)} ago; brightest: ${count(this.greatest)} picks`, left, height + AXIS_HEIGHT);
      pen.textAlign = 'right';
      if (width - left > 480) {
        pen.fillText('one column per window, newest last', width, height + AXIS_HEIGHT);
      }
      pen.textAlign = 'left';
    }
  }

  read(event) {
    if (this.history === null) {
      return;
    }
    const { left, rowHeight, columnWidth } = this.layout();
    const column = Math.floor((event.offsetX - left) / columnWidth);
    const agent = this.agents[Math.floor(event.offsetY / rowHeight)];
    const window = this.history.windows[column];
    const cell = agent === undefined ? undefined : window?.cells.get(agent);
    if (cell !== undefined) {
      const ago = this.history.windows.at(-1).endS - window.endS;
      this.reading.textContent = `${agent}: ${count(cell.picks)} picks in the window that ended ${rough(ago)} before the last`;
    }
  }
}
