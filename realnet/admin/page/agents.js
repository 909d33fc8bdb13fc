/** The table of agents: one row each, changed in place; sorted by a column, narrowed by a word. */

import { count, duration, number, percent, rough } from './format.js';
import { makeSparkline } from './sparkline.js';

const natural = new Intl.Collator('en', { numeric: true }).compare;

/** Columns: title, what to sort by, and either text or a painter of the cell. */
const COLUMNS = [
  { key: 'id', title: 'Agent', sort: (a) => a.id, paint: paintName },
  { key: 'state', title: 'State', sort: (a) => a.state, paint: paintState },
  { key: 'score', title: 'Score', sort: (a) => a.score, text: (a) => number(a.score) },
  { key: 'terms', title: 'Made of', text: (a) => terms(a.terms) },
  { key: 'age', title: 'Report age', sort: (a) => a.age_s, text: (a) => (a.age_s < 60 ? `${a.age_s.toFixed(1)} s` : rough(a.age_s)) },
  { key: 'rtt', title: 'RTT', sort: (a) => a.rtt_s, paint: paintRtt },
  { key: 'flight', title: 'In flight', sort: (a) => a.in_flight, text: (a) => count(a.in_flight) },
  { key: 'share', title: 'Share / ideal', sort: (a) => a.share, paint: paintShare },
  { key: 'picks', title: 'Picks', sort: (a) => a.picks, text: (a) => count(a.picks) },
  { key: 'failures', title: 'Failed', sort: (a) => a.failures, text: (a) => count(a.failures) },
];

function terms(values) {
  return Object.entries(values).map(([name, value]) => `${name}\u00a0${number(value)}`).join(', ') || 'nothing';
}

function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

function part(cell, name, tag = 'span') {
  let element = cell.querySelector(`.${name}`);
  if (element === null) {
    element = document.createElement(tag);
    element.className = name;
    cell.append(element);
  }
  return element;
}

function paintName(cell, agent) {
  setText(part(cell, 'name'), agent.id);
  setText(part(cell, 'server'), agent.server);
}

function paintState(cell, agent) {
  const word = part(cell, 'state');
  word.dataset.state = agent.state;
  setText(word, agent.state);
  word.title = agent.resting ? `${agent.resting.reason}; for ${agent.resting.reports} more reports` : '';
  if (agent.resting) {
    setText(part(cell, 'server'), agent.resting.reason);
  } else {
    cell.querySelector('.server')?.remove();
  }
}

function paintRtt(cell, agent) {
  setText(part(cell, 'value'), duration(agent.rtt_s));
  if (cell.sparkline === undefined) {
    cell.sparkline = makeSparkline();
    cell.append(cell.sparkline.element);
  }
}

function paintShare(cell, agent) {
  setText(part(cell, 'value'), `${percent(agent.share)} / ${percent(agent.ideal_share)}`);
  const bar = part(cell, 'bar', 'div');
  const fill = part(bar, 'fill', 'div');
  const ideal = part(bar, 'ideal', 'div');
  // Twice the ideal share fills the bar: so the mark of the ideal stands in the middle.
  const full = agent.ideal_share > 0 ? 2 * agent.ideal_share : 1;
  fill.style.width = `${Math.min(100, (100 * (agent.share ?? 0)) / full)}%`;
  bar.dataset.over = (agent.share ?? 0) > full ? 'yes' : 'no';
  ideal.hidden = agent.ideal_share === 0;
  bar.title = 'The mark is the ideal share; a full bar is twice that, or more';
}

export class AgentTable {
  constructor(table, filter, how) {
    this.table = table;
    this.filter = filter;
    this.how = how;
    this.rows = new Map(); // by id: {row, cells}
    this.sorting = { column: COLUMNS[0], direction: 1 };
    this.state = null;
    this.makeHeader();
    filter.addEventListener('input', () => this.arrange());
  }

  makeHeader() {
    for (const column of COLUMNS) {
      const cell = document.createElement('th');
      cell.dataset.key = column.key;
      if (column.sort) {
        const button = document.createElement('button');
        button.type = 'button';
        button.textContent = column.title;
        button.addEventListener('click', () => this.sortBy(column));
        cell.append(button);
      } else {
        cell.textContent = column.title;
      }
      column.header = cell;
      this.table.tHead.rows[0].append(cell);
    }
    this.markSorting();
  }

  sortBy(column) {
    const again = this.sorting.column === column;
    this.sorting = { column, direction: again ? -this.sorting.direction : 1 };
    this.markSorting();
    this.arrange();
  }

  markSorting() {
    for (const column of COLUMNS) {
      const sorted = this.sorting.column === column;
      column.header.ariaSort = !sorted ? null : this.sorting.direction > 0 ? 'ascending' : 'descending';
    }
  }

  show(state, history) {
    this.state = state;
    const present = new Set();
    for (const agent of state.agents) {
      present.add(agent.id);
      this.showAgent(agent, history);
    }
    for (const [id, { row }] of this.rows) {
      if (!present.has(id)) {
        row.remove();
        this.rows.delete(id);
      }
    }
    this.showHow(state);
    this.arrange();
  }

  showHow(state) {
    const shown = state.agents.length < state.agents_total
      ? ` The first ${state.agents.length} of ${state.agents_total} are shown; /api/state has all.` : '';
    const share = state.share_window_s > 0 ? ` over the last ${rough(state.share_window_s)}` : '';
    setText(this.how, `Share of picks${share} / ideal share, which is weight × cores.${shown}`);
  }

  showAgent(agent, history) {
    let entry = this.rows.get(agent.id);
    if (entry === undefined) {
      entry = this.makeRow(agent.id);
      this.rows.set(agent.id, entry);
    }
    entry.row.dataset.state = agent.state;
    COLUMNS.forEach((column, index) => {
      if (column.paint) {
        column.paint(entry.cells[index], agent);
      } else {
        setText(entry.cells[index], column.text(agent));
      }
    });
    if (entry.fresh) {
      entry.fresh = false;
      this.drawSparkline(entry, agent.id, history);
    }
  }

  makeRow(id) {
    const row = document.createElement('tr');
    row.dataset.agent = id;
    const cells = COLUMNS.map((column) => {
      const cell = document.createElement('td');
      cell.dataset.key = column.key;
      cell.dataset.title = column.title;
      row.append(cell);
      return cell;
    });
    return { row, cells, fresh: true };
  }

  drawSparkline(entry, id, history) {
    const index = COLUMNS.findIndex((column) => column.key === 'rtt');
    entry.cells[index].sparkline.draw(history.rtts(id));
  }

  /** New windows are there. */
  showHistory(history) {
    for (const [id, entry] of this.rows) {
      this.drawSparkline(entry, id, history);
    }
  }

  /** The agents as sorted now, those that the filter hides too. */
  order() {
    const { column, direction } = this.sorting;
    const key = (agent) => column.sort(agent) ?? -Infinity;
    return [...(this.state?.agents ?? [])].sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      const order = typeof x === 'string' ? natural(x, y) : x === y ? 0 : x - y;
      return direction * order || natural(a.id, b.id);
    }).map((agent) => agent.id);
  }

  /** Brings the rows into order, moving only what is out of place. */
  arrange() {
    const word = this.filter.value.trim().toLowerCase();
    const agents = new Map((this.state?.agents ?? []).map((agent) => [agent.id, agent]));
    const body = this.table.tBodies[0];
    this.order().forEach((id, index) => {
      const { row } = this.rows.get(id);
      const agent = agents.get(id);
      row.hidden = word !== '' && ![agent.id, agent.server, agent.state].some((text) => text.toLowerCase().includes(word));
      if (body.rows[index] !== row) {
        body.insertBefore(row, body.rows[index] ?? null);
      }
    });
  }
}
