// A server on the npm package node-opcua: node opcua_server.js PACKAGES PORT FOLDER
// It prints "ready", then each line of its input, "NAME VALUE", writes a number.
const path = require("path");
const opcua = require(path.join(process.argv[2], "node_modules", "node-opcua"));

async function main() {
  const pki = new opcua.OPCUACertificateManager({
    rootFolder: path.join(process.argv[4], "pki"),
    automaticallyAcceptUnknownCertificate: true,
  });
  const server = new opcua.OPCUAServer({
    port: Number(process.argv[3]),
    hostname: "127.0.0.1",
    serverCertificateManager: pki,
    securityPolicies: [opcua.SecurityPolicy.None, opcua.SecurityPolicy.Basic256Sha256],
    securityModes: [
      opcua.MessageSecurityMode.None,
      opcua.MessageSecurityMode.Sign,
      opcua.MessageSecurityMode.SignAndEncrypt,
    ],
    disableDiscovery: true,
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const own = space.registerNamespace("urn:example:press");
  const press = own.addFolder(space.rootFolder.objects, { browseName: "사출기" });
  const variables = {
    Melt: own.addAnalogDataItem({
      componentOf: press,
      nodeId: "s=Melt",
      browseName: "Melt",
      dataType: "Double",
      engineeringUnits: opcua.standardUnits.degree_celsius,
      engineeringUnitsRange: { low: 0, high: 400 },
    }),
    Count: own.addVariable({
      componentOf: press,
      nodeId: "s=Count",
      browseName: "Count",
      dataType: "Int32",
      minimumSamplingInterval: 10,
    }),
  };
  const types = { Melt: opcua.DataType.Double, Count: opcua.DataType.Int32 };
  const write = (name, value) => variables[name].setValueFromSource({ dataType: types[name], value });
  write("Melt", 231.5);
  write("Count", 0);
  await server.start();
  console.log("ready");
  require("readline")
    .createInterface({ input: process.stdin })
    .on("line", (line) => {
      const [name, value] = line.split(" ");
      write(name, Number(value));
    })
    .on("close", () => process.exit(0));
}

main();
