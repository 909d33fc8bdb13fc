// Usage: node rows.mjs URL AGENTS WIDTH: the page shows so many agents, their rows change, it fits
// the width, and the browser has nothing to complain about.
import { check, waitCondition, waitWindows, withPage } from './page.mjs';

const [url, agents, width] = process.argv.slice(2);
const count = Number(agents);
await withPage(url, { viewport: { width: Number(width), height: 900 } }, async (page, errors) => {
  await waitCondition(page, 'live');
  check(await page.textContent('#connection') === 'live', 'the word live is shown');
  await page.waitForFunction((wanted) => document.querySelectorAll('#agents tbody tr').length === wanted, count);

  // Every row says what the state says, in the same words.
  const shown = await page.evaluate(() => {
    const cell = (row, key) => row.querySelector(`td[data-key="${key}"]`).textContent;
    return [...document.querySelectorAll('#agents tbody tr')].map((row) => ({
      id: row.dataset.agent, name: row.querySelector('.name').textContent, state: cell(row, 'state'), score: cell(row, 'score'), terms: cell(row, 'terms'),
    }));
  });
  const names = shown.map((row) => row.id);
  check(names.join() === [...names].sort().join(), 'rows are in the order of names');
  check(shown.every((row) => row.name === row.id && row.state === 'ready' && row.score !== '' && row.terms.includes('inflight')), 'rows have name, state, score and terms');

  // Rows change with traffic.
  const picks = () => page.evaluate(() => [...document.querySelectorAll('td[data-key="picks"]')].reduce((sum, cell) => sum + Number(cell.textContent.replace(/\D/g, '')), 0));
  const before = await picks();
  await page.waitForFunction(([least]) => [...document.querySelectorAll('td[data-key="picks"]')].reduce((sum, cell) => sum + Number(cell.textContent.replace(/\D/g, '')), 0) > least, [before + 20]);
  await page.waitForFunction(() => [...document.querySelectorAll('td[data-key="share"] .value')].some((cell) => /^[1-9]/.test(cell.textContent)));
  await page.waitForFunction(() => document.querySelectorAll('#decisions tbody tr').length === 50);
  const why = await page.textContent('#decisions tbody tr td.why');
  check(/of the \d+ scores looked at/.test(why), `the reason of a decision: ${why}`);

  // History is there: windows, sparklines, heat map and chart hold the same figures as the API.
  await waitWindows(page, 5);
  await page.waitForFunction(() => document.querySelectorAll('.sparkline path[d^="M"]').length > 0);
  const drawn = await page.evaluate(() => {
    const { history, fairness, heatMap, state } = window.sonda;
    const sums = history.windows.map((w) => [w.number, [...w.cells.values()].reduce((sum, c) => sum + c.picks, 0)]);
    const told = new Map(state.windows.map((w) => [w.number, w.picks]));
    return {
      agree: sums.every(([number, sum]) => !told.has(number) || told.get(number) === sum),
      windows: sums.length,
      chart: fairness.data[0].length,
      rising: fairness.data[0].every((time, index, all) => index === 0 || time > all[index - 1]),
      heatRows: heatMap.agents.length,
      heatWidth: heatMap.canvas.width,
    };
  });
  check(drawn.agree, 'windows have the picks that the state tells');
  check(drawn.windows >= 5 && drawn.chart >= 5, 'chart and heat map have windows');
  check(drawn.rising, 'the time of the chart only rises');
  check(drawn.heatRows === count && drawn.heatWidth > 0, 'the heat map has a row for each agent');

  // It fits: nothing but what scrolls by itself is wider than the window.
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(wide <= 0, `the page is ${wide} pixels too wide`);
  const first = await page.locator('#agents tbody tr').first().boundingBox();
  check(first.x >= 0 && first.x + first.width <= Number(width) + 1, 'a row fits');

  // The filter narrows, sorting turns around.
  await page.fill('#filter', names[count - 1]);
  await page.waitForFunction(() => document.querySelectorAll('#agents tbody tr:not([hidden])').length === 1);
  await page.fill('#filter', '');
  await page.click('th[data-key="id"] button');
  await page.waitForFunction((last) => document.querySelector('#agents tbody tr').dataset.agent === last, names[count - 1]);
  check(await page.getAttribute('th[data-key="id"]', 'aria-sort') === 'descending', 'the order is told');

  check(errors.length === 0, `the console is silent: ${errors.join('\n')}`);
  console.log('DONE');
});
