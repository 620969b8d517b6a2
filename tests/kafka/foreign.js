// SPDX-License-Identifier: LGPL-2.1-or-later
// A client of JavaScript that knows nothing of kbnt but its topics and its schema registry:
//   foreign.js read BROKERS REGISTRY TOPIC FIELD=VALUE N    prints N messages with that field
//   foreign.js publish BROKERS REGISTRY TOPIC KEY JSON      publishes a message, by the topic's schema
"use strict";

const { Kafka, logLevel } = require("kafkajs");
const { SchemaRegistry } = require("@kafkajs/confluent-schema-registry");

const [verb, brokers, host, topic, ...rest] = process.argv.slice(2);
const kafka = new Kafka({ clientId: "foreign", brokers: brokers.split(","),
                          logLevel: logLevel.ERROR });
const registry = new SchemaRegistry({ host });

async function read(condition, count) {
    const [field, value] = condition.split("=");
    const consumer = kafka.consumer({ groupId: `foreign-${process.pid}` });
    let left = Number(count);

    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise((resolve, reject) => consumer.run({
        eachMessage: async ({ message }) => {
            const decoded = await registry.decode(message.value).catch(reject);
            if (!decoded || decoded[field] !== value || left === 0)
                return;
            console.log(JSON.stringify(decoded));
            if (--left === 0)
                resolve();
        },
    }));
    await consumer.disconnect();
}

async function publish(key, text) {
    const producer = kafka.producer();
    const id = await registry.getLatestSchemaId(`${topic}-value`);
    const value = await registry.encode(id, JSON.parse(text));

    await producer.connect();
    await producer.send({ topic, messages: [{ key, value }] });
    await producer.disconnect();
}

(verb === "read" ? read(...rest) : publish(...rest)).catch((error) => {
    console.error(error);
    process.exit(1);
});
