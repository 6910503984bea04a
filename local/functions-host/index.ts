export { startFunctionsHost, type FunctionsHost } from "./host";
