import { cronMistake } from "../../../src/config/cron-text";

test.each(["0 2 * * TUE", " 30 8 1-7 * * ", "0 0 29 2 *", "15 4 L * *"])("%j is a schedule", (text) => {
  expect(cronMistake(text)).toBeUndefined();
});

test.each([
  ["0 2 * *", /^five fields/],
  ["0 0 2 * * TUE", /^five fields/],
  ["*/5 2 * * *", /^one minute \(0 to 59\)/],
  ["0,30 2 * * *", /^one minute/],
  ["60 2 * * *", /^one minute/],
  ["0 25 * * *", /^a cron text \(Invalid value for hour: 25\)$/],
  ["0 2 30 2 *", /^a time that comes: this one never does$/],
])("%j is not a schedule: %s", (text, mistake) => {
  expect(cronMistake(text)).toMatch(mistake);
});
