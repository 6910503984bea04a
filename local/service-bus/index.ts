export { Broker } from "./broker";
export { decodeJson, encodeJson } from "./codec";
export { randomFaults, type BrokerFaults } from "./faults";
export { Unanswered } from "./message";
export { startServiceBus, type ServiceBusServer } from "./server";
export { parseTopology } from "./topology";
