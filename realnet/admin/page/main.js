/** The live page: puts every state that the proxy sends where it belongs. Reads only. */

import { AgentTable } from './agents.js';
import { FairnessChart } from './charts.js';
import { DecisionTable } from './decisions.js';
import { count, number, rough } from './format.js';
import { HeatMap } from './heat-map.js';
import { History } from './history.js';
import { openStream } from './stream.js';

const CONDITIONS = {
  connecting: 'connecting: the proxy does not answer',
  live: 'live',
  stale: 'stale: nothing new for over 3 s',
};

const byId = (id) => document.getElementById(id);

const history = new History();
const agents = new AgentTable(byId('agents'), byId('filter'), byId('agents-how'));
const decisions = new DecisionTable(byId('decisions').tBodies[0]);
const fairness = new FairnessChart(byId('fairness'));
const heatMap = new HeatMap(byId('heat-map'), byId('heat-map-reading'));

let instance = null;
let samples = 0;

/** Changes text only where it differs, so that a selection survives. */
function set(id, text) {
  const element = byId(id);
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** What holds for all agents together, in words. */
function tableState(state) {
  const words = [];
  if (state.panic) {
    words.push('panic: most agents are silent, they are picked, too');
  }
  if (state.full) {
    words.push('full: every agent has as many connections as it may; clients wait');
  }
  if (state.floor) {
    words.push('all that is left rests, and is picked all the same');
  }
  return words.join('; ') || 'normal';
}

function showFacts(state) {
  const { name, text, best } = state.formula;
  set('formula', name === text ? text : `${name}: ${text.replace(/^\w+:\s*/, '')} (${best} is best)`);
  set('policy', state.policy);
  set('listening', state.draining ? `${state.listening} (draining: no new clients)` : state.listening);
  set('table-state', tableState(state));
  byId('table-state').parentElement.dataset.alarm = state.panic || state.full || state.floor ? 'on' : 'off';
  set('uptime', rough(state.uptime_s));
  set('version', `Sonda ${state.version}, commit ${state.commit}, started ${state.started}`);
}

function showTiles(state) {
  const able = state.agents.filter((agent) => agent.candidate).length;
  set('tile-agents', state.agents.length < state.agents_total ? `${able} of the first ${state.agents.length}` : count(able));
  set('tile-agents-hint', `of ${count(state.agents_total)} known`);
  set('tile-open', count(state.connections_open));
  set('tile-open-hint', `${count(state.backlog)} wait; ${count(state.counters.accepted)} accepted in all`);
  const last = state.windows.at(-1);
  set('tile-rate', last ? number(last.picks / (last.end_s - last.start_s)) : '–');
  set('tile-rate-hint', last ? `in the last window of ${rough(state.window_s)}` : 'no window has ended yet');
  const refused = (state.counters.no_agent ?? 0) + (state.counters.no_descriptor ?? 0);
  set('tile-lost', count(refused));
  set('tile-lost-hint', `no agent: ${count(state.counters.no_agent ?? 0)}`);
  showHerding(state.herding, last);
}

function showHerding({ alarm, row, needed }, last) {
  byId('tile-herding').dataset.alarm = alarm ? 'on' : 'off';
  if (alarm) {
    set('tile-herding-value', 'ALARM');
    set('tile-herding-hint', `picks pile up: ${row} windows in a row`);
  } else {
    set('tile-herding-value', row > 0 ? `${row} of ${needed}` : 'none');
    set('tile-herding-hint', row > 0 ? 'herding windows in a row; then alarm'
      : last && last.telling ? 'the last window was well spread' : 'too few picks to tell');
  }
}

function noticeRestart(state) {
  if (instance !== null && state.instance !== instance) {
    byId('notice').hidden = false;
    set('notice', `The proxy was started anew (${state.started}). What was shown before is gone.`);
    history.clear();
    fairness.clear();
  }
  instance = state.instance;
  document.body.dataset.instance = instance;
}

async function onState(state) {
  noticeRestart(state);
  showFacts(state);
  showTiles(state);
  agents.show(state, history);
  decisions.show(state);
  fairness.show(state);
  document.body.dataset.samples = ++samples;
  window.sonda.state = state;
  if (await history.catchUp(state.windows.at(-1)?.number ?? -1)) {
    heatMap.show(history, agents.order());
    agents.showHistory(history);
    document.body.dataset.windows = history.windows.length;
  }
}

function onCondition(word) {
  const element = byId('connection');
  element.dataset.state = word;
  element.textContent = CONDITIONS[word];
  document.body.dataset.condition = word;
}

// What tests and the curious look at.
window.sonda = { state: null, history, fairness, heatMap };
openStream(onState, onCondition);
