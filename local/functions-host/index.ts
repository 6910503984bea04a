export { startFunctionsHost, type FunctionsHost, type FunctionsHostOptions } from "./host";
