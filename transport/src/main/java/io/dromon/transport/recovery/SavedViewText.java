package io.dromon.transport.recovery;

import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.util.Comparator;
import java.util.List;
import java.util.StringTokenizer;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The text of {@code gvwstate.dat} (chapter 03 section 6.1). */
final class SavedViewText {
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    private static final Comparator<PrimaryView.Member> MEMBER_ORDER =
            Comparator.comparing(PrimaryView.Member::uuid, Uuids.ORDER);
    private static final int MAX_VIEW_SEQ = 0x3fff_ffff;

    /** Text that is not complete, or not of this form. */
    static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableException(String reason) {
            super(reason);
        }
    }

    private @Nullable UUID self;
    private @Nullable ViewId id;
    private @Nullable Boolean bootstrap;
    private final TreeMap<UUID, PrimaryView.Member> members = new TreeMap<>(Uuids.ORDER);
    private boolean begun;
    private boolean ended;

    private SavedViewText() {}

    static String format(SavedView saved) {
        PrimaryView view = saved.view();
        StringBuilder text = new StringBuilder(160 + 48 * view.members().size());
        text.append("my_uuid: ").append(saved.self()).append("\n#vwbeg\nview_id: ");
        text.append(view.id().type().ordinal()).append(' ').append(view.id().uuid());
        text.append(' ').append(view.id().seq()).append("\nbootstrap: ").append(view.bootstrap() ? 1 : 0);
        view.members().stream()
                .sorted(MEMBER_ORDER)
                .forEach(member -> text.append("\nmember: ")
                        .append(member.uuid())
                        .append(' ')
                        .append(member.segment()));
        return text.append("\n#vwend\n").toString();
    }

    static SavedView parse(String text) throws UnusableException {
        SavedViewText parser = new SavedViewText();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            try {
                parser.line(new StringTokenizer(line, " \t\r"));
            } catch (IllegalArgumentException e) {
                throw new UnusableException("line " + number + ": " + e.getMessage());
            }
        }
        return parser.result();
    }

    private void line(StringTokenizer tokens) {
        if (!tokens.hasMoreTokens()) {
            return;
        }
        switch (tokens.nextToken()) {
            case "my_uuid:" -> self = uuid(tokens);
            case "#vwbeg" -> begun = true;
            case "view_id:" -> {
                ViewId.Type type = ViewId.Type.values()[number(tokens, 3)];
                id = new ViewId(type, uuid(tokens), number(tokens, MAX_VIEW_SEQ));
            }
            case "bootstrap:" -> bootstrap = number(tokens, 1) == 1;
            case "member:" -> {
                PrimaryView.Member member = new PrimaryView.Member(uuid(tokens), number(tokens, 255));
                if (members.put(member.uuid(), member) != null) {
                    throw new IllegalArgumentException("member " + member.uuid() + " twice");
                }
            }
            case "#vwend" -> ended = begun;
            default -> {
                // Later releases may add lines.
            }
        }
    }

    private SavedView result() throws UnusableException {
        if (self == null || self.equals(Uuids.NIL)) {
            throw new UnusableException("no my_uuid");
        }
        if (!ended) {
            throw new UnusableException("no complete view (#vwbeg to #vwend)");
        }
        if (id == null || bootstrap == null || members.isEmpty()) {
            throw new UnusableException("the view has no " + (id == null ? "view_id" : "bootstrap or members"));
        }
        return new SavedView(self, new PrimaryView(id, bootstrap, 0, List.copyOf(members.values()), List.of()));
    }

    private static UUID uuid(StringTokenizer tokens) {
        String token = next(tokens, "a UUID");
        if (!UUID_TEXT.matcher(token).matches()) {
            throw new IllegalArgumentException("no UUID: '" + token + "'");
        }
        return UUID.fromString(token);
    }

    private static int number(StringTokenizer tokens, int greatest) {
        String token = next(tokens, "a number");
        int value;
        try {
            value = Integer.parseInt(token);
        } catch (NumberFormatException e) {
            value = -1;
        }
        if (value < 0 || value > greatest) {
            throw new IllegalArgumentException("no number from 0 to " + greatest + ": '" + token + "'");
        }
        return value;
    }

    private static String next(StringTokenizer tokens, String wanted) {
        if (!tokens.hasMoreTokens()) {
            throw new IllegalArgumentException("the line ends where " + wanted + " should be");
        }
        return tokens.nextToken();
    }
}
