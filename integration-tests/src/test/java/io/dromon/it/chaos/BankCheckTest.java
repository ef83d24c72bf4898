package io.dromon.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The judge of a bank sees what it is there for. */
@Tag("unit")
final class BankCheckTest {
    private final List<String> violations = new ArrayList<>();
    private final BankCheck check = new BankCheck(2, 10, new Violations(violations::add), new PauseMeter());
    private final Map<String, String> entries = new LinkedHashMap<>();

    /** Two transfers on two accounts, in this order: numbers 5 and 6. */
    private void good() {
        say("acked t1 5 100 110");
        say("acked t2 6 120 130");
        end("t1", "0 - 1 - 3");
        end("t2", "1 t1 0 t1 1");
        accounts("8:t2", "12:t2");
    }

    @Test
    void takesAHistoryThatIsRight() {
        good();
        say("refused t3 CERTIFICATION_FAILED");
        say("unknown t4 OUTCOME_UNKNOWN");
        say("read before 111 5 7:t1 13:t1");
        say("read eventual 131 5 7:t1 13:t1");
        say("read before 131 7 8:t2 12:t2");

        judge();

        assertThat(violations).isEmpty();
    }

    @Test
    void takesATransferWhoseOutcomeNobodyKnowsForCommittedOrNot() {
        good();
        say("unknown t3 OUTCOME_UNKNOWN");
        end("t3", "0 t2 1 t2 1");
        accounts("7:t3", "13:t3");
        say("read before 200 9 7:t3 13:t3");
        say("unknown t4 OUTCOME_UNKNOWN");

        judge();

        assertThat(violations).isEmpty();
    }

    @Test
    void seesAnAcknowledgedTransferThatIsLost() {
        good();
        say("acked t3 7 140 150");

        judge();

        assertSees("t3 was acknowledged as 7 and is lost");
    }

    @Test
    void seesARefusedTransferThatIsThere() {
        good();
        say("refused t2 PRIMARY_COMPONENT_LOST");

        judge();

        assertSees("t2 was refused and is there");
    }

    @Test
    void seesALostUpdate() {
        good();
        end("t2", "1 t1 0 - 1");

        judge();

        assertThat(violations)
                .anySatisfy(
                        violation -> assertThat(violation).contains("an update is lost", "have read - of account 0"));
    }

    @Test
    void seesATransferWithoutEffect() {
        good();
        accounts("7:t1", "13:t1");

        judge();

        assertThat(violations).contains("account 0 is 7:t1, and by its transfers 8:t2");
    }

    @Test
    void seesATransferThatTookEffectTwice() {
        good();
        accounts("9:t2", "11:t2");

        judge();

        assertThat(violations).contains("account 0 is 9:t2, and by its transfers 8:t2");
    }

    @Test
    void seesATransferThatReadWhatIsGone() {
        good();
        end("t3", "0 lost 1 t2 1");
        accounts("8:t2", "12:t2");

        judge();

        assertThat(violations).contains("1 transfers of account 0 are behind no other one");
    }

    @Test
    void seesVersionsThatAreNotInTheOrderOfTheirNumbers() {
        say("acked t1 6 100 130");
        say("acked t2 5 100 130");
        end("t1", "0 - 1 - 3");
        end("t2", "1 t1 0 t1 1");
        accounts("8:t2", "12:t2");

        judge();

        assertThat(violations)
                .contains(
                        "the versions of account 0 are not in the order of their numbers",
                        "the versions of account 1 are not in the order of their numbers");
    }

    @Test
    void seesANumberThatWasGivenTwice() {
        say("acked t1 5 100 110");
        say("acked t2 5 120 130");

        assertSees("t2 and t1 were both acknowledged as 5");
    }

    @Test
    void seesASnapshotWithAnotherSum() {
        say("read eventual 100 5 7:t1 12:t1");

        assertThat(violations).singleElement().asString().contains("sum 19");
    }

    @Test
    void seesASnapshotWithoutAnAccount() {
        say("read eventual 100 5 20:t1");

        assertThat(violations).singleElement().asString().contains("1 accounts");
    }

    @Test
    void seesASnapshotOfHalfATransfer() {
        good();
        say("read eventual 131 6 7:t1 13:t2");

        judge();

        assertThat(violations).singleElement().asString().contains("sees t1 in account 0 at 6");
    }

    @Test
    void seesASnapshotWithWhatIsLaterThanItsNumber() {
        good();
        say("read eventual 131 5 8:t2 12:t2");

        judge();

        assertThat(violations).hasSize(2).first().asString().contains("sees t2 in account 0 at 5");
    }

    @Test
    void seesASnapshotOfWhatWasNeverCommitted() {
        good();
        say("read eventual 131 6 8:t9 12:t9");

        judge();

        assertThat(violations).hasSize(2).first().asString().contains("sees t9 in account 0 at 6");
    }

    @Test
    void seesAStaleRead() {
        good();
        say("read before 131 5 7:t1 13:t1");

        judge();

        assertThat(violations).singleElement().asString().contains("reads 5 BEFORE, after 6 was acknowledged");
    }

    @Test
    void seesReadsThatGoBack() {
        good();
        say("read eventual 131 6 8:t2 12:t2");
        say("read eventual 132 5 7:t1 13:t1");

        judge();

        assertThat(violations).singleElement().asString().contains("a.1 reads 5 after 6");
    }

    @Test
    void seesATransferThatIsOrderedBeforeOneThatEndedBeforeItBegan() {
        say("acked t1 6 100 110");
        say("acked t2 5 120 130");
        end("t1", "0 - 1 - 0");
        end("t2", "0 - 1 - 0");
        accounts("10:t1", "10:t1");

        judge();

        assertThat(violations).contains("t2 is 5 and began after 6 was acknowledged");
    }

    @Test
    void seesAListThatHasLostAnAppend() {
        good();
        say("list l1 100 100 UNKNOWN false false a:0/1:1000");
        say("list l1 100 110 COMMITTED false false r:0/1: a:0/1:1000");

        judge();

        assertThat(violations).first().asString().contains("l1 was acknowledged", "is lost");
    }

    @Test
    void seesWriteSkewOfSerializableTransactions() {
        good();
        say("list l1 100 110 COMMITTED true false r:0/1: a:0/2:1000");
        say("list l2 100 110 COMMITTED true false r:0/2: a:0/1:1001");
        entries.put("lists/0/1", "1001");
        entries.put("lists/0/2", "1000");

        judge();

        assertThat(violations).singleElement().asString().contains("G2");
    }

    @Test
    void takesAppendsOfAKilledProcessForCommittedOrNot() {
        good();
        say("list l1 100 100 UNKNOWN false false a:0/1:1000");
        say("list l2 100 100 UNKNOWN false false a:0/1:1001");
        say("list l3 120 130 COMMITTED true true r:0/1:1000 a:0/1:1002");
        entries.put("lists/0/1", "1000,1002");

        judge();

        assertThat(violations).isEmpty();
        assertThat(check.summary()).contains("1 transactions on lists");
    }

    private void say(String line) {
        check.line("a.1", line);
    }

    private void end(String id, String transfer) {
        entries.put(BankProgram.TRANSFERS + id, transfer);
    }

    private void accounts(String... values) {
        for (int account = 0; account < values.length; account++) {
            entries.put(BankProgram.key(account), values[account]);
        }
    }

    private void judge() {
        check.check(entries);
    }

    private void assertSees(String violation) {
        assertThat(violations).containsExactly(violation);
    }
}
