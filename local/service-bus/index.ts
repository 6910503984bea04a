export { startServiceBus, type ServiceBusOptions, type ServiceBusServer } from "./server";
