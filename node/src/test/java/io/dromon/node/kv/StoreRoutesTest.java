package io.dromon.node.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dromon.config.NodeConfig;
import io.dromon.node.admin.api.AccessClass;
import io.dromon.node.admin.api.AccessRules;
import io.dromon.node.admin.api.AdminAnswer;
import io.dromon.node.admin.api.AdminRequest;
import io.dromon.node.admin.api.Caller;
import io.dromon.node.admin.api.Content;
import io.dromon.node.admin.api.Problem;
import io.dromon.node.store.ReplicatedStore;
import io.dromon.node.store.StoreOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The store of a cluster of one node, by requests whose form was checked. */
@Tag("sockets")
@Timeout(60)
final class StoreRoutesTest {
    @TempDir
    Path directory;

    private ReplicatedStore store;

    @BeforeEach
    void join() {
        store = ReplicatedStore.join(
                NodeConfig.builder()
                        .group("g")
                        .name("a")
                        .address("gcomm://")
                        .listen("tcp://127.0.0.1:0")
                        .dataDir(directory.resolve("a"))
                        .build(),
                StoreOptions.memory());
    }

    @AfterEach
    void leave() {
        store.close();
    }

    private AdminAnswer ask(
            Caller.Door door,
            String method,
            String path,
            Map<String, String> query,
            Map<String, String> headers,
            String body) {
        AdminRequest request = new AdminRequest(
                method,
                path,
                Map.of(),
                query,
                headers,
                Content.of(body),
                new Caller(door, "somebody", Optional.empty()),
                AccessRules.ALL);
        return new StoreRoutes(store)
                .routes().stream()
                        .filter(route ->
                                route.method().equals(method) && route.path().equals(path))
                        .findFirst()
                        .orElseThrow()
                        .handler()
                        .answer(request);
    }

    private AdminAnswer value(String method, String key, String body, String... headers) {
        Map<String, String> all = headers.length == 0 ? Map.of() : Map.of(headers[0], headers[1]);
        return ask(Caller.Door.SOCKET, method, "/kv/v1/value", Map.of("key", key), all, body);
    }

    private AdminAnswer transaction(String json) {
        return ask(Caller.Door.SOCKET, "POST", "/kv/v1/transactions", Map.of(), Map.of(), json);
    }

    private static String position(AdminAnswer answer) {
        String position = answer.headers().get("Dromon-Position");
        assertThat(position).isNotNull();
        return position == null ? "" : position;
    }

    private static void assertRefused(int status, ThrowingCallable request) {
        assertThatExceptionOfType(Problem.Refusal.class)
                .isThrownBy(request)
                .satisfies(refusal -> assertThat(refusal.problem().status()).isEqualTo(status));
    }

    @Test
    void writesReadsAndRemovesAValue() {
        AdminAnswer written = value("PUT", "accounts/42", "100");
        AdminAnswer read = value("GET", "accounts/42", "");

        assertThat(read.body().text()).isEqualTo("100");
        assertThat(position(read)).isEqualTo(position(written));
        assertThat(store.getText("accounts/42")).hasValue("100");

        value("DELETE", "accounts/42", "");
        assertRefused(404, () -> value("GET", "accounts/42", ""));
    }

    @Test
    void writesOnAConditionOnlyIfNobodyElseHas() {
        String first = position(value("PUT", "k", "1"));
        value("PUT", "k", "2", "if-match", "\"" + first + "\"");

        assertRefused(412, () -> value("PUT", "k", "3", "if-match", first));
        assertRefused(412, () -> value("DELETE", "k", "", "if-match", first));
        assertRefused(412, () -> value("PUT", "k", "3", "if-match", "00000000-0000-0000-0000-000000000001:5"));
        assertThat(store.getText("k")).hasValue("2");
    }

    @Test
    void listsARangeInParts() throws Exception {
        for (int i = 0; i < 5; i++) {
            store.put("a/" + i, "v" + i);
        }
        store.put("b", "other");
        Map<String, String> range = Map.of("from", "a/", "to", "a0", "limit", "3");

        AdminAnswer part = ask(Caller.Door.SOCKET, "GET", "/kv/v1/entries", range, Map.of(), "");

        assertThat(part.body().text())
                .contains("\"a/0\"", "\"a/2\"", "\"next\" : \"a/3\"")
                .doesNotContain("other");
    }

    @Test
    void runsATransactionWhole() {
        store.put("stock", "2");

        AdminAnswer done = transaction("""
                {"operations": [{"check": "stock", "value": "2"}, {"check": "order/7", "absent": true},
                                {"get": "stock"}, {"put": "stock", "value": "1"},
                                {"put": "order/7", "base64": "AP8="}, {"get": "nothing"}]}
                """);

        assertThat(done.body().text()).contains("\"value\" : \"2\"", "\"value\" : null", "\"attempts\" : 1");
        assertThat(store.getText("stock")).hasValue("1");
        assertThat(store.get(new byte[] {'o', 'r', 'd', 'e', 'r', '/', '7'})).hasValue(new byte[] {0, (byte) 0xFF});
        assertRefused(412, () -> transaction("""
                        {"operations": [{"put": "stock", "value": "0"}, {"check": "order/7", "absent": true}]}
                        """));
        assertThat(store.getText("stock")).hasValue("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"operations\": []}",
                "{\"operations\": [{}]}",
                "{\"operations\": [{\"put\": \"k\"}]}",
                "{\"operations\": [{\"put\": \"\", \"value\": \"v\"}]}",
                "{\"operations\": [{\"put\": 7, \"value\": \"v\"}]}",
                "{\"operations\": [{\"put\": \"k\", \"value\": \"v\", \"base64\": \"AA==\"}]}",
                "{\"operations\": [{\"put\": \"k\", \"base64\": \"*\"}]}",
                "{\"operations\": [{\"put\": \"k\", \"value\": \"v\", \"ttl\": \"1\"}]}",
                "{\"operations\": [{\"check\": \"k\"}]}",
                "{\"operations\": [{\"put\": \"\\ud800\", \"value\": \"v\"}]}",
                "{\"operations\": [{\"put\": \"k\", \"value\": \"\\ud800\"}]}",
                "{\"isolation\": \"none\", \"operations\": [{\"get\": \"k\"}]}"
            })
    void refusesWhatIsNoTransaction(String json) {
        assertRefused(400, () -> transaction(json));
        assertThat(store.getText("k")).isEmpty();
    }

    @Test
    void refusesTermsThatItDoesNotKnow() {
        assertRefused(400, () -> value("GET", "k", "", "dromon-consistency", "strong"));
        assertRefused(400, () -> value("GET", "k", "", "dromon-consistency", "after=-1"));
        assertRefused(400, () -> value("PUT", "k", "1", "dromon-durability", "all"));
        assertRefused(400, () -> value("PUT", "k", "1", "if-match", "7"));
        assertRefused(400, () -> value("PUT", "k", "1", "if-none-match", "*"));
        assertRefused(400, () -> value("PUT", "", "1"));
        assertThat(store.getText("k")).isEmpty();
        assertThat(value("PUT", "k", "1", "dromon-durability", "ordered").status())
                .isEqualTo(200);
        assertThat(value("GET", "k", "", "dromon-consistency", "before").body().text())
                .isEqualTo("1");
    }

    @Test
    void isOfAnAccessClassOfItsOwn() {
        assertThat(new StoreRoutes(store).routes())
                .as("who may see a node's status may not see its data")
                .isNotEmpty()
                .allSatisfy(route -> assertThat(route.access()).isEqualTo(AccessClass.DATA));
    }
}
