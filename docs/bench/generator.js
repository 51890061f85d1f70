// Makes passes with passkit-generator from a folder that BenchmarkCard left:
// node generator.js FOLDER [SECONDS], with passkit-generator installed beside
// it. Prints how many a second of one core's time it makes.
const fs = require("node:fs");
const path = require("node:path");
const { PKPass } = require("passkit-generator");

const folder = process.argv[2];
const seconds = Number(process.argv[3] || 10);

// Everything is read once, before the clock starts, as the package advises.
const files = {};
for (const name of fs.readdirSync(path.join(folder, "card"))) {
	files[name] = fs.readFileSync(path.join(folder, "card", name));
}
const read = (name) => fs.readFileSync(path.join(folder, name));
// Its RSA library reads this form of a key only.
const certificates = { wwdr: read("wwdr.pem"), signerCert: read("pass.pem"), signerKey: read("pass.rsa.key") };

function make(balance) {
	const card = JSON.parse(files["pass.json"]);
	card.storeCard.headerFields[0].value = balance;
	const pass = new PKPass({ ...files, "pass.json": Buffer.from(JSON.stringify(card)) }, certificates);
	return pass.getAsBuffer();
}

for (let i = 0; i < 10; i++) make(i); // what is compiled late is compiled now
fs.writeFileSync(path.join(folder, "generator.pkpass"), make(30));
const start = process.cpuUsage();
const begin = Date.now();
let made = 0;
while (Date.now() - begin < seconds * 1000) make(made++);
const used = process.cpuUsage(start);
console.log(`passkit-generator: ${((made * 1e6) / (used.user + used.system)).toFixed(1)} per-s`);
