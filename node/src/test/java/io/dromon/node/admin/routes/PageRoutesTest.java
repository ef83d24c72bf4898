package io.dromon.node.admin.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.admin.api.AccessClass;
import io.dromon.node.admin.api.AccessRules;
import io.dromon.node.admin.api.AdminAnswer;
import io.dromon.node.admin.api.AdminRequest;
import io.dromon.node.admin.api.Caller;
import io.dromon.node.admin.api.Content;
import io.dromon.node.admin.api.Route;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The files of the page: small, whole, and such that the policy they are served with can be strict. */
@Tag("unit")
final class PageRoutesTest {
    private static final int MOST_BYTES = 60 << 10;
    private static final Pattern LINK = Pattern.compile("(?:src|href)=\"(page/[^\"]+)\"");
    private static final Pattern IMPORT = Pattern.compile("from \"\\./([^\"]+)\"");

    private final List<Route> routes = new PageRoutes().routes();

    private static AdminAnswer answer(Route route) {
        return route.handler()
                .answer(new AdminRequest(
                        "GET",
                        route.path(),
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        Content.NONE,
                        new Caller(Caller.Door.SOCKET, "root", Optional.empty()),
                        AccessRules.ALL));
    }

    private String text(String ending) {
        return routes.stream()
                .filter(route -> route.path().endsWith(ending))
                .map(route -> answer(route).body().text())
                .collect(Collectors.joining("\n"));
    }

    @Test
    void isSmallAndForThoseThatMayRead() {
        assertThat(routes).allSatisfy(route -> assertThat(route.access()).isEqualTo(AccessClass.READ));
        assertThat(routes.stream()
                        .mapToInt(route -> answer(route).body().length())
                        .sum())
                .isLessThan(MOST_BYTES);
    }

    @Test
    void runsAndAsksNothingButWhatComesFromTheNode() {
        assertThat(routes)
                .allSatisfy(route -> assertThat(answer(route).headers().get("Content-Security-Policy"))
                        .startsWith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
                        .contains("frame-ancestors 'none'", "require-trusted-types-for 'script'")
                        .doesNotContain("unsafe", "http:", "https:", "data:", "*"));
        assertThat(text("/"))
                .as("nothing inline, which the policy would block")
                .doesNotContain("<style", "style=", "javascript:")
                .doesNotContainPattern("\\son[a-z]+=")
                .doesNotContainPattern("<script(?![^>]*\\ssrc=)");
        assertThat(text(".js"))
                .doesNotContainPattern(
                        "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|\\beval\\(|new Function");
    }

    @Test
    void everyFileIsUsedAndServed() {
        Set<String> used = new TreeSet<>();
        LINK.matcher(text("/")).results().forEach(link -> used.add("/" + link.group(1)));
        IMPORT.matcher(text(".js")).results().forEach(name -> used.add("/page/" + name.group(1)));

        assertThat(routes)
                .extracting(Route::path)
                .filteredOn(path -> !path.equals("/"))
                .containsExactlyElementsOf(used);
    }

    @Test
    void eachHasItsMediaType() {
        assertThat(routes)
                .extracting(route -> answer(route).mediaType())
                .contains("text/html; charset=utf-8", "text/javascript; charset=utf-8", "text/css; charset=utf-8")
                .doesNotContain("");
    }
}
