// Usage: node states.mjs URL: waits until web-001 and web-002 are shown as ready and drain, says LIVE,
// waits until web-003 is shown as dead and the herding alarm is told in words.
import { check, waitCondition, withPage } from './page.mjs';

const [url] = process.argv.slice(2);
await withPage(url, { viewport: { width: 1000, height: 900 }, colorScheme: 'dark' }, async (page, errors) => {
  await waitCondition(page, 'live');
  const shown = (id, word) => page.waitForFunction(([name, wanted]) => document.querySelector(`tr[data-agent="${name}"] .state`)?.textContent === wanted, [id, word]);
  await shown('web-001', 'ready');
  await shown('web-002', 'drain');
  console.log('LIVE');
  await shown('web-003', 'dead');
  await page.waitForFunction(() => document.getElementById('tile-herding-value').textContent === 'ALARM');
  check(await page.getAttribute('#tile-herding', 'data-alarm') === 'on', 'the tile is marked');
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  check(ground === 'rgb(18, 22, 28)', `dark by preference: ${ground}`);
  check(errors.length === 0, `the console is silent: ${errors.join('\n')}`);
  console.log('DONE');
});
