// Usage: node restart.mjs URL: says LIVE, LOST and BACK as the page notices that the proxy is there,
// gone, and there again as another instance; STALE and LIVE AGAIN when it is stopped and continued.
import { check, waitCondition, waitWindows, withPage } from './page.mjs';

const [url] = process.argv.slice(2);
await withPage(url, { viewport: { width: 1000, height: 900 } }, async (page, errors) => {
  await waitCondition(page, 'live');
  await waitWindows(page, 3);
  const instance = await page.evaluate(() => document.body.dataset.instance);
  console.log('LIVE');

  await waitCondition(page, 'stale');
  check((await page.textContent('#connection')).startsWith('stale'), 'the word stale is shown');
  console.log('STALE');
  await waitCondition(page, 'live');
  check(await page.evaluate(() => document.body.dataset.instance) === instance, 'the same instance');
  check(await page.isHidden('#notice'), 'no restart is told');
  check(errors.length === 0, `the console is silent: ${errors.join('\n')}`);
  console.log('LIVE AGAIN');

  await waitCondition(page, 'connecting');
  check((await page.textContent('#connection')).startsWith('connecting'), 'the word connecting is shown');
  console.log('LOST');
  await page.waitForFunction((before) => document.body.dataset.condition === 'live' && document.body.dataset.instance !== before, instance);
  check(await page.isVisible('#notice'), 'the restart is told');
  check((await page.textContent('#notice')).includes('started anew'), 'in words');
  const uptime = await page.evaluate(() => window.sonda.state.uptime_s);
  await page.waitForFunction((longest) => window.sonda.history.windows.every((w) => w.endS <= longest + 5), uptime);
  await page.waitForFunction(() => document.querySelectorAll('#agents tbody tr').length === 3);

  // That the proxy was away is all that the browser may have complained about.
  const others = errors.filter((text) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/.test(text));
  check(others.length === 0, `the console has no other errors: ${others.join('\n')}`);
  console.log('BACK');
});
