// An edge on the npm package sparkplug-client; each line of its input is an order.
const sparkplug = require(process.argv[2] + "/node_modules/sparkplug-client");

const client = sparkplug.newClient({
  serverUrl: "mqtt://127.0.0.1:" + process.argv[3],
  username: process.argv[4] || "",
  password: process.argv[5] || "",
  groupId: "공장",
  edgeNode: "자바",
  clientId: "edge-js",
  version: "spBv1.0",
});

const metric = (name, type, value, alias) => ({ name, type, value, alias, timestamp: Date.now() });

function birth() {
  client.publishNodeBirth({
    timestamp: Date.now(),
    metrics: [
      metric("Node Control/Rebirth", "Boolean", false),
      metric("온도", "Double", 21.5, 1),
      metric("개수", "Int16", -3, 2),
    ],
  });
  client.publishDeviceBirth("금형", {
    timestamp: Date.now(),
    metrics: [metric("이름", "String", "가동", 3)],
  });
}

const orders = {
  data: (value) =>
    client.publishNodeData({
      timestamp: Date.now(),
      metrics: [{ alias: 1, type: "Double", value: Number(value), timestamp: Date.now() }],
    }),
  packed: (value) =>
    client.publishNodeData(
      { timestamp: Date.now(), metrics: [metric("온도", "Double", Number(value))] },
      { compress: true, algorithm: "GZIP" },
    ),
  gap: () => client.incrementSeqNum(),
  device: (value) =>
    client.publishDeviceData("금형", {
      timestamp: Date.now(),
      metrics: [metric("이름", "String", value)],
    }),
};

client.on("birth", birth);
client.on("ncmd", (payload) => {
  const asked = payload.metrics.find((each) => each.name === "Node Control/Rebirth");
  if (asked && asked.value === true) birth();
});
require("readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const [order, value] = line.split(" ");
    orders[order](value);
  });
