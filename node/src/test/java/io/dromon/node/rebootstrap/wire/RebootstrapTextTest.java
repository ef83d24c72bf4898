package io.dromon.node.rebootstrap.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dromon.node.rebootstrap.core.Answer;
import io.dromon.node.rebootstrap.core.NodeFacts;
import io.dromon.node.rebootstrap.core.NodeFacts.Component;
import io.dromon.node.rebootstrap.core.NodeFacts.Hold;
import io.dromon.node.rebootstrap.core.NodeFacts.RunState;
import io.dromon.node.rebootstrap.core.NodeFacts.Standing;
import io.dromon.node.rebootstrap.core.NodeRequest;
import io.dromon.node.rebootstrap.core.RequestId;
import io.dromon.node.rebootstrap.core.Target;
import io.dromon.node.rebootstrap.core.Token;
import io.dromon.transport.wire.Position;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests and answers as JSON. */
@Tag("unit")
class RebootstrapTextTest {
    private static final UUID PROCEDURE = new UUID(7, 7);
    private static final RequestId ID = new RequestId(2, new UUID(3, 3), 41);
    private static final Token TOKEN =
            new Token(new UUID(9, 9), PROCEDURE, 2, new UUID(1, 2), 1234, "n1", 1_700_000_000_000L);
    private static final byte[] PEM = "-----BEGIN X-----\n".getBytes(StandardCharsets.US_ASCII);
    private static final Map<String, StagedFile> FILES = Map.of("socket.ssl_key", StagedFile.of("n1.key", PEM));

    static Stream<NodeRequest.Step> steps() {
        return Stream.of(
                new NodeRequest.Inspect(),
                new NodeRequest.Prove(),
                new NodeRequest.Stage(Map.of("socket.ssl", "YES"), Map.of()),
                new NodeRequest.OpenRehearsal(),
                new NodeRequest.Rehearse(Map.of("n2", "tcp://127.0.0.1:4567")),
                new NodeRequest.Drain(),
                new NodeRequest.Stop(),
                new NodeRequest.Bootstrap(TOKEN, Target.CHANGED),
                new NodeRequest.Join(Target.ORIGINAL, null),
                new NodeRequest.Join(Target.CHANGED, TOKEN.id()),
                new NodeRequest.Verify(Target.CHANGED, Set.of("n1", "n2")),
                new NodeRequest.Seal(Target.CHANGED));
    }

    static Stream<Answer> answers() {
        Position position = new Position(new UUID(1, 2), 99);
        Component component = new Component(12, Map.of("n1", 1, "n2", 2), Standing.LOST);
        return Stream.of(
                new Answer.Done(new NodeFacts(
                        "n1",
                        "orders",
                        1_700_000_000_000L,
                        RunState.STOPPED,
                        position,
                        component,
                        new Hold(PROCEDURE, Target.CHANGED, TOKEN.id()))),
                new Answer.Done(new NodeFacts(
                        "n1", "orders", 5, RunState.RUNNING, null, null, new Hold(null, Target.ORIGINAL, null))),
                new Answer.Listening("ssl://10.0.0.1:40123"),
                new Answer.Pending("applies what it has received"),
                new Answer.Refused(Answer.Reason.TOKEN, "the token expired"));
    }

    private static NodeRequest request(NodeRequest.Step step) {
        return new NodeRequest(ID, PROCEDURE, "n1", step);
    }

    @ParameterizedTest
    @MethodSource("steps")
    void givesBackEveryRequest(NodeRequest.Step step) {
        String body = RebootstrapText.write(request(step), Map.of());

        assertThat(RebootstrapText.readRequest(body)).isEqualTo(new RebootstrapText.Received(request(step), Map.of()));
        assertThat(body).doesNotContain("question").doesNotContain("\n");
    }

    @ParameterizedTest
    @MethodSource("answers")
    void givesBackEveryAnswer(Answer answer) {
        String body = RebootstrapText.write(answer);

        assertThat(RebootstrapText.readAnswer(body)).isEqualTo(answer);
        assertThat(body).doesNotContain("primary");
    }

    @Test
    void carriesTheContentOfStagedFilesUnderTheNamesThatTheNodeKeeps() {
        NodeRequest sent = request(new NodeRequest.Stage(
                Map.of("socket.ssl", "YES"), Map.of("socket.ssl_key", "/home/operator/pki/n1.key")));

        RebootstrapText.Received received = RebootstrapText.readRequest(RebootstrapText.write(sent, FILES));

        assertThat(received.request().step())
                .isEqualTo(new NodeRequest.Stage(Map.of("socket.ssl", "YES"), Map.of("socket.ssl_key", "n1.key")));
        assertThat(received.files()).isEqualTo(FILES);
        assertThat(received.files().get("socket.ssl_key")).satisfies(file -> {
            assertThat(file.content()).isEqualTo(PEM);
            assertThat(file.toString()).doesNotContain(file.base64());
        });
    }

    @Test
    void refusesToSendOtherFilesThanTheRequestNames() {
        NodeRequest stage = request(new NodeRequest.Stage(Map.of(), Map.of("socket.ssl_key", "k")));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> RebootstrapText.write(stage, Map.of()))
                .withMessageContaining("socket.ssl_key");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RebootstrapText.write(request(new NodeRequest.Drain()), FILES))
                .withMessageContaining("socket.ssl_key");
    }

    @Test
    void refusesARequestThatTheAdminInterfaceWouldNotTake() {
        Map<String, StagedFile> files = Map.of(
                "a", StagedFile.of("a", new byte[StagedFile.MOST_BYTES]),
                "b", StagedFile.of("b", new byte[StagedFile.MOST_BYTES]),
                "c", StagedFile.of("c", new byte[StagedFile.MOST_BYTES]),
                "d", StagedFile.of("d", new byte[StagedFile.MOST_BYTES]));
        NodeRequest stage =
                request(new NodeRequest.Stage(Map.of(), Map.of("a", "/a", "b", "/b", "c", "/c", "d", "/d")));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> RebootstrapText.write(stage, files))
                .withMessageContaining("1048576 are taken");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../n1.key", "/etc/passwd", ".n1", "a/b", "", "a\u0000", "n1 key", "a\\b"})
    void refusesANameThatIsNoPlainName(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StagedFile.of(name, PEM))
                .withMessageContaining("no plain name");
    }

    @Test
    void refusesAFileThatIsTooLargeOrNoBase64WithoutItsContent() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StagedFile.of("ca.pem", new byte[StagedFile.MOST_BYTES + 1]))
                .withMessageContaining("262144 are allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StagedFile("ca.pem", "secret!"))
                .withMessageContaining("no base64")
                .withMessageNotContaining("secret!");
    }

    @Test
    void refusesWhatIsNotWhole() {
        String whole = RebootstrapText.write(request(new NodeRequest.Join(Target.CHANGED, null)), Map.of());

        refused(whole.replace("\"node\":\"n1\"", "\"node\":\"n1\",\"extra\":1"), "extra");
        refused(whole.replace("\"node\":\"n1\",", ""), "node");
        refused(whole.replace("\"node\":\"n1\"", "\"node\":null"), "/node is null");
        refused(whole.replace("\"node\":\"n1\"", "\"node\":5"), "node");
        refused(whole.replace("\"node\":\"n1\"", "\"node\":\"" + "x".repeat(5000) + "\""), "/node has more than 4096");
        refused(whole.replace("\"node\":\"n1\"", "\"node\":\"n1\",\"node\":\"n2\""), "node");
        refused(whole.replace("\"run\":2", "\"run\":\"2\""), "run");
        refused(whole.replace("\"run\":2", "\"run\":2.5"), "run");
        refused(whole.replace("\"run\":2", "\"run\":99999999999"), "run");
        refused(whole.replace("\"CHANGED\"", "1"), "target");
        refused(whole.replace("\"CHANGED\"", "\"OTHER\""), "target");
        refused(whole.replace("\"is\":\"join\"", "\"is\":\"explode\""), "explode");
        refused(whole.replace("\"is\":\"join\",", ""), "is");
        refused(whole.replace(PROCEDURE.toString(), "no-uuid"), "procedure");
        refused(whole.replace(PROCEDURE.toString(), ""), "procedure");
        refused(whole + " {}", "");
        refused("[]", "no JSON object");
        refused("", "no JSON object");
        refused("null", "no JSON object");
        refused("[".repeat(10_000), "");
    }

    private static void refused(String body, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RebootstrapText.readRequest(body))
                .withMessageContaining(why);
    }

    @Test
    void refusesTooManyEntries() {
        StringBuilder options = new StringBuilder("{\"a\":\"b\"");
        for (int i = 0; i < 600; i++) {
            options.append(",\"o").append(i).append("\":\"v\"");
        }
        String whole = RebootstrapText.write(request(new NodeRequest.Stage(Map.of("a", "b"), Map.of())), Map.of());

        refused(whole.replace("{\"a\":\"b\"", options), "/step/options has more than 512 entries");
    }

    @Test
    void readsOrRefusesWhateverComes() {
        List<String> texts = new ArrayList<>();
        steps().forEach(step -> texts.add(RebootstrapText.write(request(step), Map.of())));
        answers().forEach(answer -> texts.add(RebootstrapText.write(answer)));
        texts.add(RebootstrapText.write(
                request(new NodeRequest.Stage(Map.of("a", "b"), Map.of("socket.ssl_key", "k"))), FILES));
        long seed = 20_261_201L;
        Random random = new Random(seed);
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            String text = mutated(texts.get(random.nextInt(texts.size())), random);
            try {
                RebootstrapText.Received received = RebootstrapText.readRequest(text);
                assertThat(received.request().node()).isNotNull();
                read++;
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).as("seed %d, %s", seed, text).isNotBlank();
            }
            try {
                assertThat(RebootstrapText.readAnswer(text)).isNotNull();
                read++;
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).as("seed %d, %s", seed, text).isNotBlank();
            }
        }
        assertThat(read).isPositive();
    }

    private static String mutated(String text, Random random) {
        StringBuilder changed = new StringBuilder(text);
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(changed.length());
            switch (random.nextInt(4)) {
                case 0 -> changed.setCharAt(at, (char) random.nextInt(256));
                case 1 -> changed.insert(at, "{}[]\":,0nulltrue".charAt(random.nextInt(16)));
                case 2 -> changed.delete(at, Math.min(changed.length() - 1, at + random.nextInt(8)));
                default -> changed.insert(at, changed.substring(Math.max(0, at - random.nextInt(30)), at));
            }
        }
        return changed.toString();
    }
}
