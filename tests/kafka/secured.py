#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real brokers that let nobody in unknown: TLS with a certificate authority of their own, SASL, and
rights for each user. Who lacks one is told which, and what to do.

librdkafka before 2.6.1 knows no SCRAM that brokers since 4.0 take, so that SCRAM has brokers of an
older version."""
import re
import subprocess

from cluster import Cluster, Unavailable, free_ports
from pair import Client, Pair, run_on_brokers
from daemon import Skip, require, wait_until

PASSWORD = "correct horse"
BEFORE_SCRAM_WAS_MENDED = "3.9.1"
USERS = ("kbnt", "without-topics", "without-groups", "without-transactions", "nobody")
REQUESTS = 24

TLS = """
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port},\
CLIENT://127.0.0.1:{client_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CLIENT://127.0.0.1:{client_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,CLIENT:SASL_SSL
ssl.keystore.type=PEM
ssl.keystore.location={pem}
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
listener.name.client.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.client.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required {users};
"""

RIGHTS_ALONE = """
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
allow.everyone.if.no.acl.found=false
"""

# What the README of the plugin says that a user needs, by what he may lack.
TOPICS = ("--operation", "Create", "--operation", "DescribeConfigs", "--operation", "Describe",
          "--operation", "Read", "--operation", "Write",
          "--topic", "virtualization-", "--resource-pattern-type", "prefixed")
GROUPS = ("--operation", "Read", "--operation", "Describe", "--group", "virtualization-",
          "--group", "kbnt-events-", "--resource-pattern-type", "prefixed")
TRANSACTIONS = ("--operation", "Write", "--operation", "Describe",
                "--transactional-id", "kbnt-events-", "--resource-pattern-type", "prefixed")
RIGHTS = {"without-topics": (GROUPS, TRANSACTIONS), "without-groups": (TOPICS, TRANSACTIONS),
          "without-transactions": (TOPICS, GROUPS), "kbnt": (TOPICS, GROUPS, TRANSACTIONS)}


class TlsCluster(Cluster):
    """Brokers with a second listener, of SASL_SSL; the first is their own."""

    storage_options = [word for user in USERS for word in
                       ("--add-scram", f"SCRAM-SHA-512=[name={user},password={PASSWORD}]")]

    def __init__(self, *arguments):
        self.client_ports = free_ports(3)
        super().__init__(*arguments)
        self.authority = self._make_authority("authority")
        self.stranger = self._make_authority("stranger")
        self._make_certificate()
        self.bootstrap = ",".join(f"127.0.0.1:{port}"
                                  for port in self.client_ports[:len(self.ports)])

    def more_properties(self, node):
        users = " ".join(f'user_{user}="{PASSWORD}"' for user in USERS)
        return TLS.format(port=self.ports[node], controller_port=self.controller_ports[node],
                          client_port=self.client_ports[node], users=users,
                          pem=self.folder / "broker.pem")

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def _make_authority(self, name):
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                      f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")
        return self.folder / f"{name}.pem"

    def _make_certificate(self):
        (self.folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=broker", "-keyout",
                      "broker.key", "-out", "broker.csr")
        self._openssl("x509", "-req", "-in", "broker.csr", "-CA", "authority.pem", "-CAkey",
                      "authority.key", "-CAcreateserial", "-days", "2", "-extfile", "names",
                      "-out", "broker.crt")
        (self.folder / "broker.pem").write_text((self.folder / "broker.key").read_text() +
                                                (self.folder / "broker.crt").read_text())


class SecuredCluster(TlsCluster):
    """Brokers that ask for a right for all that is done."""

    def more_properties(self, node):
        return super().more_properties(node) + RIGHTS_ALONE

    def begin(self):
        super().begin()
        for user, rights in RIGHTS.items():
            for right in rights:
                self.tool("org.apache.kafka.tools.AclCommand", "--add", "--allow-principal",
                          f"User:{user}", *right)


def settings(cluster, user="kbnt", **changed):
    properties = {"security.protocol": "SASL_SSL", "ssl.ca.location": cluster.authority,
                  "sasl.mechanism": "PLAIN", "sasl.username": user,
                  "sasl.password": PASSWORD,
                  **{name.replace("__", "."): value for name, value in changed.items()}}
    return [f"transport.kafka.{name}={value}" for name, value in properties.items()]


def does_all_the_work(cluster, *options):
    with Pair(cluster, "kbnt.sinks=", *options) as pair:
        pair.producer.start()
        pair.consumer.start()
        client = Client(pair.producer, REQUESTS)
        client.start()
        client.join(60)
        pair.end_well(client.answers)
        require(not any(PASSWORD in line for daemon in pair.daemons for line in daemon.lines),
                "the log tells the password")


def a_user_with_the_rights_of_the_readme_does_all_the_work(cluster):
    does_all_the_work(cluster, *settings(cluster))


def scram_is_talked_with_brokers_that_librdkafka_has_it_for(_cluster):
    try:
        cluster = TlsCluster(1, BEFORE_SCRAM_WAS_MENDED)
    except Unavailable as reason:
        raise Skip(reason) from reason
    with cluster as older:
        does_all_the_work(older, "transport.kafka.replicas=1",
                          *settings(older, sasl__mechanism="SCRAM-SHA-512"))


def scram_that_librdkafka_cannot_talk_is_told_with_what_to_do(cluster):
    said = refusal(cluster, "producer",
                   *settings(cluster, sasl__mechanism="SCRAM-SHA-512", sasl__password="wrong"))
    says(said, "SCRAM-SHA-512", "sasl.username and sasl.password")
    if re.search(r"librdkafka 2\.[0-5]\.", said):
        says(said, "sasl.mechanism=PLAIN over TLS")


def refusal(cluster, role, *options):
    """What a daemon says that ends at its start."""
    with Pair(cluster, "kbnt.sinks=", "transport.kafka.warm_up=2s", *options) as pair:
        daemon = getattr(pair, role).start(ready=False)
        require(daemon.process.wait(60) == 1, "it does not end")
        daemon.reader.join(5)
        return daemon.lines[-1]


def says(said, *parts):
    require(all(part in said for part in parts), f"not {parts}: {said}")


def a_wrong_password_is_told_as_one(cluster):
    says(refusal(cluster, "producer", *settings(cluster, sasl__password="wrong")),
         "uthentication", "sasl.username and sasl.password")


def broker_fault(cluster, *options):
    """What readyz of a producer says of its broker."""
    with Pair(cluster, "kbnt.sinks=", "transport.kafka.warm_up=2s", *options) as pair:
        return pair.producer.start().check("broker")["detail"]


def a_broker_with_a_certificate_of_a_stranger_is_not_talked_to(cluster):
    says(broker_fault(cluster, *settings(cluster, ssl__ca__location=cluster.stranger)),
         "certificate", "ssl.ca.location")


def a_plain_client_of_a_secured_broker_is_told_what_to_look_at(cluster):
    says(broker_fault(cluster), "security.protocol")


def a_missing_right_on_a_topic_is_told_with_what_to_do(cluster):
    says(refusal(cluster, "producer", *settings(cluster, "without-topics")),
         "'virtualization-requests'", "TOPIC_AUTHORIZATION_FAILED", "kafka-acls --add --topic")


def a_missing_right_on_a_group_is_told_with_what_to_do(cluster):
    says(refusal(cluster, "consumer", *settings(cluster, "without-groups")),
         "virtualization-consumer-service-group", "GROUP_AUTHORIZATION_FAILED",
         "kafka-acls --add --group")


def a_missing_right_on_a_transactional_id_holds_up_the_events_and_is_told(cluster):
    with Pair(cluster, "kbnt.sinks=", *settings(cluster, "without-transactions")) as pair:
        pair.consumer.start()
        wait_until("the log tells of the right", lambda: any(
            "TRANSACTIONAL_ID_AUTHORIZATION_FAILED" in line and "kafka-acls" in line
            for line in pair.consumer.lines))
        events = pair.consumer.check("events")
        require(events and events["status"] == "FAILED", f"readyz says {events}")


run_on_brokers([
    a_user_with_the_rights_of_the_readme_does_all_the_work,
    scram_is_talked_with_brokers_that_librdkafka_has_it_for,
    scram_that_librdkafka_cannot_talk_is_told_with_what_to_do,
    a_wrong_password_is_told_as_one,
    a_broker_with_a_certificate_of_a_stranger_is_not_talked_to,
    a_plain_client_of_a_secured_broker_is_told_what_to_look_at,
    a_missing_right_on_a_topic_is_told_with_what_to_do,
    a_missing_right_on_a_group_is_told_with_what_to_do,
    a_missing_right_on_a_transactional_id_holds_up_the_events_and_is_told,
], SecuredCluster)
