import { episodes, gate, ran, registerHostile } from "./hostile-functions";
import { type EngineApp, loadApp } from "./hostile-hub";

/** Loads the app of the hostile functions once for a test file, and clears before each test what they recorded. */
export function useHostileApp(): () => EngineApp {
  let loaded: Awaited<ReturnType<typeof loadApp>> | undefined;
  beforeAll(async () => {
    loaded = await loadApp(registerHostile);
  });
  afterAll(() => loaded?.stop());
  beforeEach(() => {
    ran.length = 0;
    episodes.length = 0;
    gate.wait = undefined;
  });
  return () => {
    if (!loaded) throw new Error("the app is not loaded yet");
    return loaded.app;
  };
}
