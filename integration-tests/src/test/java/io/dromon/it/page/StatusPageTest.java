package io.dromon.it.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.dromon.config.NodeConfig;
import io.dromon.it.cluster.LiveCluster;
import io.dromon.it.cluster.NodeFiles;
import io.dromon.it.peers.Chromium;
import io.dromon.node.Node;
import io.dromon.node.NodeState;
import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.store.ReplicatedStore;
import io.dromon.node.store.StoreOptions;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page of the admin interface in a real browser: what it shows is what the API says. Pictures go to {@code target/page}. */
@Tag("peers")
@Timeout(240)
final class StatusPageTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Path PICTURES = Path.of("target", "page");
    private static final String QUICK = "tls.watch_interval=0; evs.keepalive_period=PT0.2S; evs.suspect_timeout=PT1S;"
            + " evs.inactive_timeout=PT3S; evs.inactive_check_period=PT0.2S; evs.install_timeout=PT3S;";
    private static final String MAY_CHANGE = QUICK + "admin.listen=127.0.0.1:0; admin.change=open";
    private static final String MAY_READ = QUICK + "admin.listen=127.0.0.1:0";
    private static final String ESCAPE = "\uE00C";
    private static final String ENTER = "\uE007";
    private static final String TAB = "\uE004";

    private final X509Bundle authority = TestPki.ca("page CA");

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Chromium browser;

    @BeforeEach
    void start() {
        browser = Chromium.start(directory);
    }

    @AfterEach
    void end() {
        browser.close();
    }

    private static URI address(Node node) {
        return URI.create("http://" + node.status().admin().orElseThrow().address());
    }

    private static AdminClient api(Node node) {
        return AdminClient.remote(address(node), Optional.empty());
    }

    private void open(Node node) {
        browser.screen(1280, 900, false, false);
        browser.open(address(node) + "/");
        await().atMost(LIMIT).until(() -> browser.text("#connection").equals("Live"));
        await().atMost(LIMIT).until(() -> !browser.text("#node").isEmpty());
    }

    /** The cells of a section's first table, row by row, by the titles of their columns. */
    private JsonNode rows(String section) {
        return browser.run("const table = document.querySelector('#" + section + " table');"
                + "return [...(table?.tBodies[0].rows ?? [])].map((row) => Object.fromEntries("
                + "[...row.cells].map((cell) => [cell.dataset.label, cell.textContent])));");
    }

    private List<String> column(String section, String title) {
        List<String> cells = new ArrayList<>();
        rows(section).forEach(row -> cells.add(row.path(title).asText()));
        return cells;
    }

    private String fact(String list, String name) {
        return browser.run("return [...document.querySelectorAll('" + list
                        + " dt')].find((term) => term.textContent === '" + name + "')?.nextSibling.textContent ?? ''")
                .asText();
    }

    private static List<String> values(JsonNode array, String field) {
        List<String> values = new ArrayList<>();
        array.forEach(each -> values.add(each.path(field).asText()));
        return values;
    }

    private void picture(String name) throws IOException {
        browser.screenshot(PICTURES.resolve(name + ".png"));
    }

    private void pictures(String name) throws IOException {
        picture(name + "-light");
        browser.screen(1280, 900, false, true);
        picture(name + "-dark");
        browser.screen(390, 844, true, false);
        picture(name + "-phone");
        assertThat(browser.run("return document.documentElement.scrollWidth").asInt())
                .as("nothing is wider than the screen of a phone")
                .isLessThanOrEqualTo(390);
        browser.screen(1280, 900, false, false);
    }

    private void assertNoComplaints() {
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void showsWhatTheApiSays() throws Exception {
        try (LiveCluster cluster = new LiveCluster(directory, MAY_CHANGE).start(3)) {
            Node node = cluster.members.get(0).node;
            open(node);
            cluster.write(2, 100);
            await().atMost(LIMIT)
                    .until(() -> browser.run("return document.querySelectorAll('#charts polyline').length")
                                    .asInt()
                            >= 5);
            await().atMost(LIMIT)
                    .until(() -> browser.run("return document.querySelector('#charts polyline').points.length")
                                    .asInt()
                            >= 10);
            picture("healthy-writing");
            cluster.stopWriting();
            String before = browser.run("return document.body.dataset.asOf").asText();
            await().atMost(LIMIT)
                    .until(() -> !browser.run("return document.body.dataset.asOf")
                            .asText()
                            .equals(before));

            JsonNode status = api(node).status();
            JsonNode members = status.path("group").path("members");
            JsonNode links = status.path("links");
            assertThat(browser.text("#node")).isEqualTo("n0");
            assertThat(browser.text("#group"))
                    .isEqualTo(status.path("group").path("name").asText());
            assertThat(browser.text("#health")).isEqualTo("ready, ok");
            assertThat(fact("#facts", "State of this node"))
                    .isEqualTo(status.path("state").asText());
            assertThat(fact("#facts", "Links"))
                    .isEqualTo(status.path("linkSummary").asText());
            await().atMost(LIMIT)
                    .until(() -> fact("#facts", "Write-sets received")
                            .equals(status.path("group").path("seqno").asText()));
            assertThat(column("members", "Name")).isEqualTo(values(members, "name"));
            assertThat(column("members", "State")).isEqualTo(values(members, "state"));
            assertThat(column("members", "Address")).isEqualTo(values(members, "address"));
            assertThat(column("members", "Link")).containsExactlyInAnyOrder("this node", "TLSv1.3", "TLSv1.3");
            assertThat(column("links", "Peer")).isEqualTo(values(links, "peerName"));
            assertThat(column("links", "TLS")).isEqualTo(values(links, "protocol"));
            assertThat(column("links", "Cipher")).isEqualTo(values(links, "cipher"));
            assertThat(column("links", "Identity")).isEqualTo(values(links, "subject"));
            assertThat(column("links", "Generation")).isEqualTo(values(links, "generation"));
            assertThat(column("certificates", "Serial"))
                    .containsExactlyInAnyOrderElementsOf(
                            values(status.path("tls").path("certificates"), "serial"));
            assertThat(browser.text("#problem-list")).contains("Nothing needs attention");
            assertThat(fact("#flow-list", "Flow control")).isEqualTo("not paused");
            assertNoComplaints();
            pictures("healthy");
        }
    }

    @Test
    void tellsThatANodeIsDown() throws Exception {
        try (LiveCluster cluster = new LiveCluster(directory, MAY_CHANGE).start(3)) {
            Node node = cluster.members.get(0).node;
            open(node);
            await().atMost(LIMIT).until(() -> column("members", "Name").size() == 3);

            cluster.members.get(2).node.close();

            await().atMost(LIMIT)
                    .until(() ->
                            column("members", "State").stream().anyMatch(state -> state.startsWith("gone since ")));
            assertThat(rows("members").get(2).path("Name").asText()).isEqualTo("n2");
            assertThat(fact("#facts", "Members")).isEqualTo("2");
            pictures("node-down");
            cluster.members.get(1).node.close();
            node.close();
            await().atMost(LIMIT).until(() -> browser.text("#connection").startsWith("No answer from the node"));
            assertThat(browser.text("#health")).isEqualTo("no answer");
            picture("no-answer");
        }
    }

    /** A store that gives its state slowly; what it keeps for others is less than that. */
    private ReplicatedStore store(String name, String peer) throws IOException {
        NodeFiles files = new NodeFiles(directory.resolve(name + "-tls"));
        files.trust(authority);
        files.issue(authority, name);
        NodeConfig config = NodeConfig.builder()
                .file(Files.writeString(directory.resolve(name + ".cnf"), "[sst]\nrlimit=2M\n"))
                .group("g")
                .name(name)
                .address("gcomm://" + peer)
                .listen("tcp://127.0.0.1:0")
                .dataDir(directory.resolve(name))
                .options(files.options() + ";gcache.size=1M;" + MAY_READ)
                .build();
        return ReplicatedStore.start(config, StoreOptions.memory());
    }

    @Test
    void showsHowFarATransferIs() throws Exception {
        try (ReplicatedStore donor = store("n0", "")) {
            donor.node().synced().join();
            String large = "x".repeat(500_000);
            for (int i = 0; i < 40; i++) {
                String key = "large/" + i;
                donor.update(tx -> tx.put(key, large));
            }
            try (ReplicatedStore joiner =
                    store("n1", donor.node().listenAddress().replaceFirst("^.*://", ""))) {
                open(joiner.node());
                await().atMost(LIMIT)
                        .until(() -> browser.run("return document.querySelector('#transfer progress')?.value ?? 0")
                                        .asLong()
                                > 4_000_000);
                JsonNode progress = browser.run(
                        "const bar = document.querySelector('#transfer progress');"
                                + "return {max: bar.max, label: document.getElementById(bar.getAttribute('aria-labelledby')).textContent}");
                JsonNode kept = api(joiner.node()).status().path("kept");
                assertThat(progress.path("max").asLong())
                        .isEqualTo(kept.path("transferTotalBytes").asLong())
                        .isGreaterThan(20_000_000);
                assertThat(progress.path("label").asText())
                        .isEqualTo("Waits for state: " + kept.path("transfer").asText());
                assertThat(browser.text("#health")).startsWith("not ready");
                pictures("transfer");

                joiner.node().synced().join();
                await().atMost(LIMIT)
                        .until(() -> fact("#transfer-list", "State here").equals("complete"));
                assertThat(browser.text("#health")).isEqualTo("ready, ok");
                assertNoComplaints();
            }
        }
    }

    @Test
    void warnsOfACertificateThatIsAboutToExpire() throws Exception {
        try (LiveCluster cluster = new LiveCluster(directory, MAY_CHANGE)) {
            for (int i = 0; i < 2; i++) {
                LiveCluster.Member member = cluster.member("n" + i);
                member.files.put(TestPki.issue(
                        TestPki.builder(member.name).notAfter(Instant.now().plus(3 + i * 15, ChronoUnit.DAYS)),
                        cluster.authority));
                cluster.join(member);
            }
            cluster.awaitLinks();
            Node node = cluster.members.get(0).node;

            open(node);

            await().atMost(LIMIT)
                    .until(() -> browser.text("#problem-list").contains("put a new one in place and reload"));
            JsonNode problems = api(node).get("/api/v1/problems").json();
            assertThat(browser.text("#problem-list"))
                    .contains(problems.get(0).path("cause").asText())
                    .contains(problems.get(0).path("remedy").asText());
            assertThat(rows("certificates").get(0).path("Expiry").asText()).contains("2 days left");
            assertThat(column("links", "Expiry")).singleElement().asString().contains("17 days left");
            pictures("expiring");
            assertNoComplaints();
        }
    }

    @Test
    void changesOnlyWhatWasTriedAndConfirmed() throws Exception {
        try (LiveCluster cluster = new LiveCluster(directory, MAY_CHANGE).start(2)) {
            Node node = cluster.members.get(0).node;
            open(node);
            await().atMost(LIMIT)
                    .until(() -> !browser.text("[data-action=weight]").isEmpty());
            browser.run("document.getElementById('weight-weight').focus()");

            browser.press("3" + TAB + ENTER); // from the field to the dry run
            await().atMost(LIMIT)
                    .until(() -> browser.text("[data-action=weight] output").equals("Dry run: pc.weight would be 3"));
            assertThat(node.status().options()).containsEntry("pc.weight", "1");

            browser.press(TAB + ENTER); // to the action itself
            await().atMost(LIMIT)
                    .until(() -> browser.run("return document.getElementById('confirm').open")
                            .asBoolean());
            assertThat(browser.text("#confirm-h")).isEqualTo("Weight: n0");
            assertThat(browser.text("#confirm-text")).isEqualTo("pc.weight would be 3");
            assertThat(browser.run("return document.activeElement.id").asText())
                    .as("who presses Enter by mistake changes nothing")
                    .isEqualTo("confirm-no");
            picture("confirm");
            browser.press(ESCAPE);
            await().atMost(LIMIT)
                    .until(() -> browser.text("[data-action=weight] output").startsWith("Cancelled"));
            assertThat(node.status().options()).containsEntry("pc.weight", "1");

            browser.press(ENTER);
            await().atMost(LIMIT)
                    .until(() -> browser.run("return document.getElementById('confirm').open")
                            .asBoolean());
            browser.click("#confirm-yes");
            await().atMost(LIMIT).until(() -> column("audit", "Action").equals(List.of("weight 3")));
            assertThat(node.status().options()).containsEntry("pc.weight", "3");
            await().atMost(LIMIT).until(() -> fact("#facts", "Weight").equals("4"));

            browser.run("document.getElementById('set-option').value = 'evs.nothing'");
            browser.click("[data-action=set] button[type=button]");
            await().atMost(LIMIT)
                    .until(() -> browser.text("[data-action=set] output").contains("unknown option 'evs.nothing'"));
            browser.click("[data-action=desync] button[type=submit]");
            await().atMost(LIMIT)
                    .until(() -> browser.run("return document.getElementById('confirm').open")
                            .asBoolean());
            browser.click("#confirm-yes");
            await().atMost(LIMIT).until(() -> node.status().state() == NodeState.DONOR);
            await().atMost(LIMIT).until(() -> column("members", "State").contains("DONOR"));
            assertThat(browser.text("select.members")).isEqualTo("n1");
            browser.click("[data-action=evict] button[type=submit]");
            await().atMost(LIMIT)
                    .until(() -> browser.run("return document.getElementById('confirm').open")
                            .asBoolean());
            assertThat(browser.text("#confirm-text")).startsWith("would put n1, ");
            browser.click("#confirm-yes");
            await().atMost(LIMIT)
                    .until(() -> column("members", "State").stream().anyMatch(state -> state.startsWith("gone")));
            assertThat(browser.complaints())
                    .as("the browser itself tells of the refused dry run")
                    .singleElement()
                    .asString()
                    .contains("/api/v1/set", "409");
        }
    }

    @Test
    void offersNothingToThoseThatMayReadAlone() throws Exception {
        try (LiveCluster cluster = new LiveCluster(directory, MAY_READ).start(1)) {
            open(cluster.members.get(0).node);

            await().atMost(LIMIT).until(() -> browser.text("#action-note").startsWith("You may read here"));
            assertThat(browser.text("#action-note")).contains("admin.change=off", "use the control socket");
            assertThat(browser.run("return document.querySelectorAll('#actions button').length")
                            .asInt())
                    .isZero();
            assertNoComplaints();
        }
    }

    @Test
    void textOfTheClusterStaysText() throws Exception {
        String hostile = "<img src=x onerror=alert(1)>";
        NodeConfig config = NodeConfig.builder()
                .group("<b>g</b>")
                .name(hostile)
                .address("gcomm://")
                .listen("tcp://127.0.0.1:0")
                .dataDir(directory.resolve("n"))
                .options(MAY_READ)
                .build();
        try (Node node = Node.join(config, delivery -> {})) {
            open(node);

            assertThat(browser.text("#node")).isEqualTo(hostile);
            assertThat(column("members", "Name")).containsExactly(hostile);
            assertThat(browser.run("return document.querySelectorAll('img, b').length")
                            .asInt())
                    .isZero();
            assertThat(browser.run("try { document.body.innerHTML = '<i>x</i>'; return 'taken' }"
                                    + " catch (refused) { return refused.name }")
                            .asText())
                    .as("the policy of the page forbids the other way")
                    .isEqualTo("TypeError");
        }
    }

    @Test
    void canBeUsedWithoutAMouseAndByScreenReaders() throws Exception {
        try (LiveCluster cluster = new LiveCluster(directory, MAY_CHANGE).start(1)) {
            open(cluster.members.get(0).node);
            await().atMost(LIMIT)
                    .until(() -> !browser.text("[data-action=weight]").isEmpty());

            browser.press(TAB);
            assertThat(browser.run("return document.activeElement.textContent").asText())
                    .isEqualTo("Skip to the content");
            assertThat(browser.run("return document.activeElement.getBoundingClientRect().left")
                            .asDouble())
                    .as("it is seen when it has the focus")
                    .isPositive();
            browser.press(ENTER);
            assertThat(browser.run("return document.activeElement.id").asText()).isEqualTo("main");
            assertThat(browser.run("return [...document.querySelectorAll('input, select, textarea')]"
                            + ".filter((field) => field.labels.length !== 1).map((field) => field.id)"))
                    .as("fields without a label")
                    .isEmpty();
            assertThat(browser.run("return [...document.querySelectorAll('section')].filter((section) =>"
                            + " !document.getElementById(section.getAttribute('aria-labelledby'))?.textContent)"
                            + ".map((section) => section.id)"))
                    .as("regions without a name")
                    .isEmpty();
            assertThat(browser.run("return [...document.querySelectorAll('h1, h2, h3')]"
                            + ".filter((title) => title.checkVisibility()).map((title) => title.tagName)"
                            + ".filter((tag, i, all) => i > 0 && Number(tag[1]) > Number(all[i - 1][1]) + 1)"))
                    .as("headings that leave a level out")
                    .isEmpty();
            assertThat(browser.run("return ['header', 'nav', 'main', '[aria-live=polite]', '[role=status]']"
                            + ".filter((each) => document.querySelector(each) === null)"))
                    .as("landmarks that are missing")
                    .isEmpty();
            assertContrast(false);
            assertContrast(true);
        }
    }

    /** WCAG 2.2, 1.4.3: text has a contrast of at least 4.5 to what is behind it. */
    private void assertContrast(boolean dark) {
        browser.screen(1280, 900, false, dark);
        JsonNode low = browser.run("""
                const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
                const light = (colour) => {
                  const [r, g, b] = parts(colour).slice(0, 3).map((value) => value / 255)
                    .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
                  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
                };
                const behind = (element) => {
                  for (let each = element; each !== null; each = each.parentElement) {
                    const colour = getComputedStyle(each).backgroundColor;
                    if ((parts(colour)[3] ?? 1) === 1) return colour;
                  }
                  return "rgb(255, 255, 255)";
                };
                return [...document.querySelectorAll("body *")]
                  .filter((each) => each.checkVisibility() && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
                  .map((each) => [each, light(getComputedStyle(each).color), light(behind(each))])
                  .map(([each, one, other]) => [each, (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)])
                  .filter(([, contrast]) => contrast < 4.5)
                  .map(([each, contrast]) => `${each.tagName} "${each.textContent.slice(0, 30)}": ${contrast.toFixed(2)}`);
                """);
        assertThat(low).as(dark ? "dark" : "light").isEmpty();
    }
}
