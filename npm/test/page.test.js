// What `exocet new --js` makes, installed with the packed package: its own tests, and the page as vite serves it and builds it. Screenshots go to the
// folder SCREENSHOTS, if it is set.

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { createServer } from "vite";
import { execute, installed, noChromium, openChromium, PACKAGE } from "./packed.js";
import { serve } from "./serve.js";

/** A script of the page's package.json, with the vite of this package's. */
const script = (folder, name) =>
  execute("npm", ["run", name], {
    cwd: folder,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, PATH: join(PACKAGE, "node_modules/.bin") + delimiter + process.env.PATH },
  });

describe("the page of examples/", { timeout: 600_000 }, () => {
  let folder;
  before(async () => {
    ({ folder } = await installed(join(PACKAGE, "../cli/templates/js")));
  });
  after(() => rm(folder, { recursive: true }));

  test("passes its own tests", async () => {
    assert.match((await script(folder, "test")).stdout, /^# pass [1-9]/m);
  });

  describe("in Chromium", { skip: noChromium }, () => {
    const servers = {
      "as `npm start` serves it": async () => {
        const server = await (await createServer({ root: folder, configFile: false, logLevel: "warn", server: { host: "127.0.0.1" } })).listen();
        return { url: server.resolvedUrls.local[0], close: () => server.close() };
      },
      "as `npm run build` builds it": async () => {
        await script(folder, "build");
        return serve(pathToFileURL(`${folder}/dist/`));
      },
    };
    let browser;
    before(async () => {
      browser = await openChromium();
    });
    after(() => browser.close());

    for (const [words, start] of Object.entries(servers)) {
      test(words, async (t) => {
        const server = await start();
        t.after(() => server.close());
        for (const options of [{ viewport: { width: 1100, height: 800 } }, { viewport: { width: 390, height: 800 }, colorScheme: "dark" }]) {
          await edited(await browser.newPage(options), server.url);
        }
      });
    }
  });
});

/** Edits plugins, by keyboard, and sees what comes of it. */
async function edited(page, url) {
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.setDefaultTimeout(120_000);
  await page.goto(url);
  const replies = page.getByRole("list", { name: "What the plugins reply" });
  const news = page.getByRole("status");
  const source = page.getByRole("textbox", { name: "source" });
  const load = async (text) => {
    await source.fill(text);
    await source.press("Tab");
    await page.keyboard.press("Enter");
  };
  await replies.getByText(/greeting: Good (morning|day), Ann!/).waitFor();
  await replies.getByText("visits: This is visit 1 of Ann.").waitFor();
  await page.getByRole("textbox", { name: "Your name" }).fill("Bob");
  await page.keyboard.press("Enter");
  await replies.getByText("visits: This is visit 1 of Bob.").waitFor();

  await load("import page\ndef reply(name): return f'{name}, it is {page.hour() >= 0}'");
  await replies.getByText("greeting: Bob, it is True").waitFor();
  assert.equal((await news.innerText()).trim(), "greeting: replaced; generation 2 is at work");
  await load("import page\ndef reply(name:");
  await news.filter({ hasText: /greeting: kept; generation 2.*SyntaxError.*line 2/s }).waitFor();
  await replies.getByText("greeting: Bob, it is True").waitFor();
  await page.screenshot({ path: process.env.SCREENSHOTS && join(process.env.SCREENSHOTS, `page-${page.viewportSize().width}.png`), fullPage: true });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));

  // The count goes from one generation to the next.
  await page.getByRole("combobox", { name: "Plugin" }).selectOption("plugins/visits.py");
  await load((await source.inputValue()).replace("This is", "It is"));
  await replies.getByText("visits: It is visit 4 of Bob.").waitFor();
  assert.deepEqual(problems, []);
  await page.close();
}
