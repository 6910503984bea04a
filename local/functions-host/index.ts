export { startFunctionsHost, type FunctionsHost } from "./host";
export { installCoreModule } from "./load";
export { CoreApp } from "./loaded-app";
