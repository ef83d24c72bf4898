package io.dromon.it.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real Chromium without a window, driven by Debian's chromium-driver in the WebDriver protocol. One page at a time.
 */
public final class Chromium implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Pattern PORT = Pattern.compile("started successfully on port (\\d+)");
    private static final ObjectMapper JSON = new ObjectMapper();
    /** What a session calls an element. */
    private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final PeerProcess driver;
    private final String session;

    private Chromium(PeerProcess driver, Path browser) {
        this.driver = driver;
        Matcher port = PORT.matcher(driver.awaitOutput(PORT.pattern(), 0, LIMIT));
        if (!port.find()) {
            throw new IllegalStateException("no port");
        }
        String base = "http://127.0.0.1:" + port.group(1) + "/session";
        String id = post(base, capabilities(browser)).path("sessionId").asText();
        this.session = base + "/" + id;
    }

    /** Starts one; ends the test where it is not installed. */
    public static Chromium start(Path directory) {
        Path browser = Peers.require("chromium");
        Path program = Peers.require("chromedriver");
        PeerProcess driver = PeerProcess.start("chromedriver", directory, List.of(program.toString(), "--port=0"));
        try {
            return new Chromium(driver, browser);
        } catch (RuntimeException | Error e) {
            driver.close();
            throw e;
        }
    }

    private static ObjectNode capabilities(Path browser) {
        ObjectNode all = JSON.createObjectNode();
        ObjectNode wanted = all.putObject("capabilities").putObject("alwaysMatch");
        wanted.put("acceptInsecureCerts", true); // the test's own authority
        wanted.putObject("goog:loggingPrefs").put("browser", "ALL");
        ObjectNode options = wanted.putObject("goog:chromeOptions").put("binary", browser.toString());
        ArrayNode arguments = options.putArray("args");
        // Tests run as root, in containers with little shared memory, on machines without a graphics card.
        List.of(
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-dev-shm-usage",
                        "--disable-gpu",
                        "--no-first-run",
                        "--hide-scrollbars")
                .forEach(arguments::add);
        return all;
    }

    private static JsonNode post(HttpClient client, String url, JsonNode body) {
        return answer(
                client,
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(LIMIT)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                        .build());
    }

    private JsonNode post(String url, JsonNode body) {
        return post(client, url, body);
    }

    private static JsonNode answer(HttpClient client, HttpRequest request) {
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            JsonNode value = JSON.readTree(response.body()).path("value");
            if (response.statusCode() != 200) {
                throw new AssertionError(
                        request.uri().getPath() + ": " + value.path("error").asText() + ": "
                                + value.path("message").asText());
            }
            return value;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Opens a page, and waits until it is loaded. */
    public void open(String url) {
        post(session + "/url", JSON.createObjectNode().put("url", url));
    }

    /** What a script returns in the page. */
    public JsonNode run(String script) {
        ObjectNode body = JSON.createObjectNode().put("script", script);
        body.putArray("args");
        return post(session + "/execute/sync", body);
    }

    /** The visible text of the first element that matches, as it is in the document; empty without one. */
    public String text(String selector) {
        return run("return document.querySelector(" + JSON.valueToTree(selector) + ")?.textContent ?? ''")
                .asText();
    }

    /** Presses keys, wherever the focus is; special ones as WebDriver has them. */
    public void press(String keys) {
        ObjectNode body = JSON.createObjectNode();
        ObjectNode keyboard =
                body.putArray("actions").addObject().put("type", "key").put("id", "keyboard");
        ArrayNode actions = keyboard.putArray("actions");
        keys.codePoints().mapToObj(Character::toString).forEach(key -> {
            actions.addObject().put("type", "keyDown").put("value", key);
            actions.addObject().put("type", "keyUp").put("value", key);
        });
        post(session + "/actions", body);
    }

    /** Clicks where the element is: one that something covers cannot be clicked. */
    public void click(String selector) {
        String element = post(
                        session + "/element",
                        JSON.createObjectNode().put("using", "css selector").put("value", selector))
                .path(ELEMENT)
                .asText();
        post(session + "/element/" + element + "/click", JSON.createObjectNode());
    }

    /** Sizes the page as a screen of that width would, and chooses light or dark. */
    public void screen(int width, int height, boolean phone, boolean dark) {
        devTools(
                "Emulation.setDeviceMetricsOverride",
                JSON.createObjectNode()
                        .put("width", width)
                        .put("height", height)
                        .put("deviceScaleFactor", phone ? 2 : 1)
                        .put("mobile", phone));
        ObjectNode media = JSON.createObjectNode();
        media.putArray("features")
                .addObject()
                .put("name", "prefers-color-scheme")
                .put("value", dark ? "dark" : "light");
        devTools("Emulation.setEmulatedMedia", media);
    }

    /** A picture of the whole page, as PNG. */
    public void screenshot(Path file) throws IOException {
        ObjectNode how = JSON.createObjectNode().put("format", "png").put("captureBeyondViewport", true);
        JsonNode size =
                devTools("Page.getLayoutMetrics", JSON.createObjectNode()).path("cssContentSize");
        how.putObject("clip")
                .put("x", 0)
                .put("y", 0)
                .put("width", size.path("width").asDouble())
                .put("height", size.path("height").asDouble())
                .put("scale", 1);
        String data = devTools("Page.captureScreenshot", how).path("data").asText();
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, Base64.getDecoder().decode(data));
    }

    private JsonNode devTools(String command, ObjectNode parameters) {
        ObjectNode body = JSON.createObjectNode().put("cmd", command);
        body.set("params", parameters);
        return post(session + "/goog/cdp/execute", body);
    }

    /** What the browser has complained of since the last call: errors of scripts, and what the policy of a page has blocked. */
    public List<String> complaints() {
        JsonNode log = post(session + "/se/log", JSON.createObjectNode().put("type", "browser"));
        return log.findValuesAsText("message");
    }

    @Override
    public void close() {
        try {
            answer(
                    client,
                    HttpRequest.newBuilder(URI.create(session))
                            .timeout(LIMIT)
                            .DELETE()
                            .build());
        } catch (AssertionError | UncheckedIOException e) {
            // The end of its driver ends it as well.
        }
        driver.close();
    }
}
