/** The table of the last decisions. */

import { number, rough } from './format.js';

function cell(text, className) {
  const element = document.createElement('td');
  element.textContent = text;
  element.className = className ?? '';
  return element;
}

function looksCell(decision) {
  const element = document.createElement('td');
  element.className = 'looks';
  for (const look of decision.scores) {
    const item = document.createElement('span');
    item.textContent = `${look.agent || '(gone)'} ${number(look.score)}`;
    item.className = look.agent === decision.agent ? 'picked' : '';
    element.append(item, ' ');
  }
  const more = decision.looked_at - decision.scores.length;
  if (more > 0) {
    element.append(`and ${more} more`);
  } else if (decision.scores.length === 0) {
    element.append('nobody');
  }
  return element;
}

export class DecisionTable {
  constructor(body) {
    this.body = body;
    this.newest = null;
    this.ages = [];
  }

  show(state) {
    const newest = `${state.instance} ${state.decisions[0]?.at_s}`;
    if (newest !== this.newest) {
      this.newest = newest;
      this.rebuild(state.decisions);
    }
    state.decisions.forEach((decision, index) => {
      const text = rough(state.uptime_s - decision.at_s);
      if (this.ages[index].textContent !== text) {
        this.ages[index].textContent = text;
      }
    });
  }

  rebuild(decisions) {
    this.ages = decisions.map(() => cell('', 'number'));
    const rows = decisions.map((decision, index) => {
      const row = document.createElement('tr');
      row.append(this.ages[index], cell(decision.agent || '(gone)', 'name'), looksCell(decision), cell(decision.why, 'why'));
      return row;
    });
    if (rows.length === 0) {
      const row = document.createElement('tr');
      const none = cell('No connection was dispatched yet.', 'empty');
      none.colSpan = 4;
      row.append(none);
      rows.push(row);
    }
    this.body.replaceChildren(...rows);
  }
}
