// Usage: node screenshot.mjs URL FILE WIDTH HEIGHT light|dark WINDOWS: a picture of the page as soon
// as it has that many windows.
import { waitCondition, waitWindows, withPage } from './page.mjs';

const [url, file, width, height, colorScheme, windows] = process.argv.slice(2);
await withPage(url, { viewport: { width: Number(width), height: Number(height) }, colorScheme }, async (page) => {
  await waitCondition(page, 'live');
  await waitWindows(page, Number(windows));
  await page.screenshot({ path: file });
});
