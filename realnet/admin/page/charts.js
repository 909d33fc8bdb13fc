/** Jain's index per window, with what chance would give and where herding begins. */

/* global uPlot */

const HEIGHT = 190;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Time of day from seconds since 1970, in the reader's zone. */
function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB');
}

export class FairnessChart {
  constructor(box) {
    this.box = box;
    this.data = [[], [], [], []];
    this.last = null;
    this.make();
    new ResizeObserver(() => this.resize()).observe(box);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.make());
  }

  make() {
    this.plot?.destroy();
    const axis = { stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line'), width: 1 } };
    const shown = (_, value) => (value === null || value === undefined ? '–' : value.toFixed(3));
    this.plot = new uPlot({
      width: this.box.clientWidth || 300,
      height: HEIGHT,
      padding: [null, 32, null, null],
      cursor: { y: false },
      scales: { y: { range: [0, 1.02] } },
      axes: [{ ...axis, space: 80, values: (_, times) => times.map(clock) }, { ...axis, size: 44, splits: [0, 0.25, 0.5, 0.75, 1] }],
      series: [
        { label: 'window ends', value: (_, time) => (time === null ? '–' : clock(time)) },
        { label: 'Jain', stroke: colour('--accent'), width: 2, points: { size: 4 }, value: shown },
        { label: 'chance', stroke: colour('--text'), width: 1.5, dash: [8, 5], points: { show: false }, value: shown },
        { label: 'herding below', stroke: colour('--bad'), width: 1.5, dash: [2, 4], points: { show: false }, value: shown },
      ],
    }, this.data, this.box);
  }

  resize() {
    const width = this.box.clientWidth;
    if (width > 0 && width !== this.plot.width) {
      this.plot.setSize({ width, height: HEIGHT });
    }
  }

  clear() {
    this.last = null;
  }

  show(state) {
    const last = state.windows.at(-1)?.number ?? null;
    if (last === this.last) {
      return;
    }
    this.last = last;
    const start = Date.parse(state.started) / 1000;
    this.data = [
      state.windows.map((window) => start + window.end_s),
      state.windows.map((window) => window.jain),
      state.windows.map((window) => window.chance),
      state.windows.map((window) => (window.telling ? window.limit : null)),
    ];
    this.plot.setData(this.data);
  }
}
