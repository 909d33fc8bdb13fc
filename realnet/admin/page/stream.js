/**
 * The stream of states. Calls back with every state, and with one of three words whenever the
 * connection's condition changes:
 *   connecting   there is no stream (yet, or any more); it is tried again every second
 *   live         a state came within the last 3 s
 *   stale        the stream is open but silent: what is shown is old
 */

const SILENT_MS = 3000;
const RETRY_MS = 1000;

export function openStream(onState, onCondition) {
  let source = null;
  let last = -Infinity;
  let word = '';

  function say(next) {
    if (next !== word) {
      word = next;
      onCondition(word);
    }
  }

  function open() {
    source = new EventSource('/api/events');
    source.addEventListener('state', (event) => {
      last = performance.now();
      onState(JSON.parse(event.data));
      say('live');
    });
    source.addEventListener('error', () => {
      // The browser gives up for good when the answer is an error; so the retry is ours.
      source.close();
      source = null;
      say('connecting');
      setTimeout(open, RETRY_MS);
    });
  }

  setInterval(() => {
    if (source !== null && last > -Infinity && performance.now() - last > SILENT_MS) {
      say('stale');
    }
  }, 250);

  say('connecting');
  open();
}
