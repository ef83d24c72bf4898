package io.dromon.node.admin.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.NodeException;
import io.dromon.transport.tls.ProvenPeer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is decided of a request without any socket. */
@Tag("unit")
class AdminApiTest {
    private static final Caller LOCAL = new Caller(Caller.Door.SOCKET, "root", Optional.empty());
    private static final AccessRules RULES = new AccessRules(Map.of(
            AccessClass.HEALTH, new AccessRules.Rule(AccessRules.Grant.OPEN, List.of()),
            AccessClass.READ, new AccessRules.Rule(AccessRules.Grant.CERTIFICATE, List.of("ops", "dba")),
            AccessClass.CHANGE, new AccessRules.Rule(AccessRules.Grant.CERTIFICATE, List.of("dba")),
            AccessClass.DATA, new AccessRules.Rule(AccessRules.Grant.CERTIFICATE, List.of("shop"))));

    private final AdminApi api = new AdminApi();

    AdminApiTest() {
        api.add(() -> List.of(
                new Route(
                        "GET", "/health", AccessClass.HEALTH, Route.Pace.IMMEDIATE, request -> AdminAnswer.text("ok")),
                Route.get("/things/{name}", request -> AdminAnswer.text(request.variable("name"))),
                Route.post("/things/{name}", Route.Pace.SHORT, request -> AdminAnswer.json(request.json()))));
    }

    private static RequestHead head(String method, String path) {
        return new RequestHead(method, path, Map.of("host", "127.0.0.1:1"), false);
    }

    private static Caller caller(String... units) {
        return new Caller(Caller.Door.HTTPS, "10.0.0.9", Optional.of(new ProvenPeer("CN=o", "1f", List.of(units))));
    }

    private static Caller without(Caller.Door door) {
        return new Caller(door, "10.0.0.9", Optional.empty());
    }

    private void refuses(RequestHead head, Caller caller, int status, String... words) {
        assertThatThrownBy(() -> api.admit(head, caller, RULES))
                .isInstanceOfSatisfying(Problem.Refusal.class, refusal -> {
                    assertThat(refusal.problem().status()).isEqualTo(status);
                    for (String word : words) {
                        assertThat(refusal.problem().cause() + refusal.problem().remedy())
                                .contains(word);
                    }
                });
    }

    @Test
    void givesOpenSegmentsDecodedToTheRoute() {
        AdminApi.Admitted admitted = api.admit(head("GET", "/things/a%20b"), LOCAL, AccessRules.ALL);

        assertThat(admitted.variables()).containsExactly(Map.entry("name", "a b"));
        assertThat(admitted.path()).isEqualTo("/things/a b");
    }

    @Test
    void aHeadIsAGet() {
        assertThat(api.admit(head("HEAD", "/health"), LOCAL, AccessRules.ALL)
                        .route()
                        .method())
                .isEqualTo("GET");
    }

    @Test
    void eachClassAsksForItsUnits() {
        assertThat(api.admit(head("GET", "/health"), without(Caller.Door.HTTP), RULES)
                        .path())
                .isEqualTo("/health");
        assertThat(api.admit(head("GET", "/things/a"), caller("other", "ops"), RULES)
                        .path())
                .isEqualTo("/things/a");
        refuses(head("POST", "/things/a"), caller("ops"), 403, "admin.change asks for", "OU dba", "has OU ops", "1f");
        refuses(head("GET", "/things/a"), caller(), 403, "has none");
        refuses(head("GET", "/things/a"), caller("OPS"), 403);
        refuses(head("GET", "/things/a"), without(Caller.Door.HTTPS), 403, "has shown none", "curl --cert");
        refuses(head("GET", "/things/a"), without(Caller.Door.HTTP), 403, "use https://");
    }

    @Test
    void whoMayNotReadIsNotToldWhatThereIs() {
        refuses(head("GET", "/nothing"), caller("sales"), 403);
        refuses(head("GET", "/nothing"), caller("ops"), 404, "/api/v1");
        refuses(head("PUT", "/things/a"), caller("ops"), 405, "GET, HEAD, POST");
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP, localhost:80, , , true",
        "HTTP, [::1]:80, , , true",
        "HTTP, evil.example, , , false",
        "HTTP, 127.0.0.1.evil.example, , , false",
        "HTTP, '', , , false",
        "HTTPS, node1.example:80, , , true",
        "HTTPS, n:1, https://n:1, same-origin, true",
        "HTTPS, n:1, http://n:1, , false",
        "HTTPS, n:1, https://n:2, , false",
        "HTTPS, n:1, , same-site, false",
        "SOCKET, '', https://evil.example, cross-site, true"
    })
    void changesComeFromNoOtherSite(Caller.Door door, String host, String origin, String site, boolean admitted) {
        Map<String, String> headers = new java.util.HashMap<>(Map.of("host", host));
        Optional.ofNullable(origin).ifPresent(value -> headers.put("origin", value));
        Optional.ofNullable(site).ifPresent(value -> headers.put("sec-fetch-site", value));
        RequestHead head = new RequestHead("POST", "/things/a", headers, false);
        Caller caller = new Caller(door, "127.0.0.1", Optional.empty());

        if (admitted) {
            assertThat(api.admit(head, caller, AccessRules.ALL).route().method())
                    .isEqualTo("POST");
        } else {
            assertThatThrownBy(() -> api.admit(head, caller, AccessRules.ALL)).isInstanceOf(Problem.Refusal.class);
        }
    }

    @Test
    void aGetNeverChangesAndAChangeIsNeverAGet() {
        assertThatThrownBy(() ->
                        new Route("GET", "/x", AccessClass.CHANGE, Route.Pace.SHORT, request -> AdminAnswer.text("")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        new Route("POST", "/x", AccessClass.READ, Route.Pace.SHORT, request -> AdminAnswer.text("")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRouteThatIsThereAlreadyIsRefused() {
        assertThatThrownBy(() -> api.add(() -> List.of(Route.get("/things/{name}", request -> AdminAnswer.text("")))))
                .hasMessageContaining("two routes of GET /things/{name}");
    }

    @Test
    void whatAHandlerThrowsBecomesAProblem() {
        AdminRequest request =
                new AdminRequest("GET", "/x", Map.of(), Map.of(), Map.of(), Content.NONE, LOCAL, AccessRules.ALL);

        assertThat(answer(request, new NodeException(NodeException.Reason.BUSY, "too much"))
                        .status())
                .isEqualTo(503);
        assertThat(answer(request, new NodeException(NodeException.Reason.CONFIGURATION, "no key"))
                        .body()
                        .text())
                .contains("\"detail\" : \"no key\"", "\"status\" : 409");
        AdminAnswer bug = answer(request, new IllegalStateException("secret"));
        assertThat(bug.status()).isEqualTo(500);
        assertThat(bug.body().text()).doesNotContain("secret").contains("IllegalStateException");
    }

    private AdminAnswer answer(AdminRequest request, RuntimeException failure) {
        return api.answer(
                Route.get("/x", any -> {
                    throw failure;
                }),
                request);
    }
}
