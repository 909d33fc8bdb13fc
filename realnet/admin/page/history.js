/**
 * The closed windows, as /api/history.csv tells them: for the heat map and the sparklines. Fetches
 * only what is new; forgets when the proxy was started anew.
 */

const MOST_WINDOWS = 120;

export class History {
  constructor() {
    this.clear();
  }

  clear() {
    /** Oldest first: {number, startS, endS, cells: Map of agent → {picks, rttS}}. */
    this.windows = [];
    this.seen = -1; // number of the last window that was asked for
    this.fetching = false;
    this.generation = (this.generation ?? 0) + 1;
  }

  /** Fetches windows up to `number` unless they are here. Resolves to whether there are new ones. */
  async catchUp(number) {
    if (this.fetching || number <= this.seen) {
      return false;
    }
    this.fetching = true;
    const generation = this.generation;
    try {
      const after = this.seen >= 0 ? `?after=${this.seen}` : '';
      const response = await fetch(`/api/history.csv${after}`);
      if (!response.ok || generation !== this.generation) {
        return false;
      }
      const text = await response.text();
      if (generation !== this.generation) {
        return false;
      }
      this.add(text);
      this.seen = Math.max(number, this.windows.at(-1)?.number ?? -1);
      return true;
    } catch {
      return false; // the proxy is gone; the stream says so
    } finally {
      if (generation === this.generation) {
        this.fetching = false;
      }
    }
  }

  add(csv) {
    const [header, ...lines] = csv.trimEnd().split('\n');
    const column = Object.fromEntries(header.split(',').map((name, index) => [name, index]));
    for (const line of lines) {
      const cells = line.split(',');
      const number = Number(cells[column.window]);
      let window = this.windows[this.windows.length - 1];
      if (window === undefined || window.number !== number) {
        window = {
          number,
          startS: Number(cells[column.start_s]),
          endS: Number(cells[column.end_s]),
          cells: new Map(),
        };
        this.windows.push(window);
      }
      const rtt = cells[column.probe_rtt_s];
      window.cells.set(cells[column.agent], {
        picks: Number(cells[column.picks]),
        rttS: rtt === '' ? null : Number(rtt),
      });
    }
    this.windows.splice(0, this.windows.length - MOST_WINDOWS);
  }

  /** The agent's smoothed RTT at the end of each window, null where it was not known. */
  rtts(agent) {
    return this.windows.map((window) => window.cells.get(agent)?.rttS ?? null);
  }
}
