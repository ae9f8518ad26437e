import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.data.DateData;
import org.javarosa.core.model.data.DecimalData;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.IntegerData;
import org.javarosa.core.model.data.SelectMultiData;
import org.javarosa.core.model.data.SelectOneData;
import org.javarosa.core.model.data.StringData;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.core.model.utils.DateUtils;
import org.javarosa.core.util.JavaRosaCoreModule;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.util.XFormUtils;

/**
 * Fills in forms as a person with a phone does, question after question, and tells what the form
 * holds at the end. Reads lines: FORM xml, then ROWS roster row count and ANSWER name row text, then
 * DONE; xml and text in base64. A row is 0 for the unit, 2, or 2.1 for the first row within it. Writes
 * a line `name TAB row TAB text` for each value, then a full stop.
 */
public final class Phone {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private final Map<String, String> answers = new HashMap<>();
    private final Map<String, Integer> rows = new HashMap<>();
    private final Set<String> repeats = new HashSet<>();
    private String form;

    public static void main(String[] arguments) throws Exception {
        System.setOut(System.err);
        new JavaRosaCoreModule().registerModule();
        new XFormsModule().registerModule();
        Phone phone = new Phone();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            phone.hear(line.split(" "));
        }
    }

    private void hear(String[] words) {
        switch (words[0]) {
            case "FORM":
                form = decoded(words[1]);
                break;
            case "ROWS":
                repeats.add(words[1]);
                rows.put(words[1] + " " + words[2], Integer.parseInt(words[3]));
                break;
            case "ANSWER":
                answers.put(words[1] + " " + words[2], decoded(words[3]));
                break;
            default:
                try {
                    fillIn();
                } catch (Exception | StackOverflowError error) {
                    OUT.println("!\t0\t" + error.toString().replaceAll("\\s+", " "));
                }
                OUT.println(".");
                answers.clear();
                rows.clear();
                repeats.clear();
        }
    }

    private static String decoded(String text) {
        return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
    }

    private void fillIn() throws Exception {
        FormDef found = XFormUtils.getFormFromFormXml(writeOut(form), null);
        found.initialize(true, new org.javarosa.core.model.instance.InstanceInitializationFactory());
        FormEntryController controller = new FormEntryController(new FormEntryModel(found));
        controller.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        int event = controller.stepToNextEvent();
        while (event != FormEntryController.EVENT_END_OF_FORM) {
            FormIndex index = controller.getModel().getFormIndex();
            TreeReference ref = index.getReference();
            if (event == FormEntryController.EVENT_REPEAT
                    && ref.getMultLast() >= wanted(ref)) {
                controller.jumpToIndex(controller.deleteRepeat());  // a form begins with one row
                event = controller.getModel().getEvent();
                continue;
            }
            if (event == FormEntryController.EVENT_PROMPT_NEW_REPEAT) {
                if (ref.getMultLast() < wanted(ref)) {
                    controller.newRepeat();
                }
            } else if (event == FormEntryController.EVENT_QUESTION) {
                answer(controller, ref);
            }
            event = controller.stepToNextEvent();
        }
        tell(found.getMainInstance().getRoot(), "0");
    }

    private static String writeOut(String xml) throws Exception {
        java.nio.file.Path path = java.nio.file.Files.createTempFile("form", ".xml");
        path.toFile().deleteOnExit();
        java.nio.file.Files.writeString(path, xml);
        return path.toString();
    }

    /** How many rows a repeat gets where it stands. */
    private int wanted(TreeReference repeat) {
        return rows.getOrDefault(repeat.getNameLast() + " " + rowAround(repeat), 0);
    }

    /** The row in which something stands. */
    private String rowAround(TreeReference ref) {
        String row = "0";
        for (int level = 0; level < ref.size() - 1; level++) {
            if (repeats.contains(ref.getName(level))) {
                row = within(row, ref.getMultiplicity(level) + 1);
            }
        }
        return row;
    }

    private static String within(String row, int number) {
        return row.equals("0") ? String.valueOf(number) : row + "." + number;
    }

    private void answer(FormEntryController controller, TreeReference ref) throws Exception {
        String text = answers.get(ref.getNameLast() + " " + rowAround(ref));
        if (text == null) {
            return;
        }
        FormEntryPrompt prompt = controller.getModel().getQuestionPrompt();
        // Without looking at constraints: some clients keep an answer that breaks one.
        controller.saveAnswer(read(prompt, text), true);
    }

    private static IAnswerData read(FormEntryPrompt prompt, String text) {
        if (prompt.getControlType() == Constants.CONTROL_SELECT_MULTI) {
            List<Selection> chosen = new ArrayList<>();
            for (String code : text.split(" ")) {
                chosen.add(new Selection(code));
            }
            return new SelectMultiData(chosen);
        }
        if (prompt.getControlType() == Constants.CONTROL_SELECT_ONE) {
            return new SelectOneData(new Selection(text));
        }
        switch (prompt.getDataType()) {
            case Constants.DATATYPE_INTEGER:
                return new IntegerData(Integer.parseInt(text));
            case Constants.DATATYPE_DECIMAL:
                return new DecimalData(Double.parseDouble(text));
            case Constants.DATATYPE_DATE:
                return new DateData(DateUtils.parseDate(text));
            default:
                return new StringData(text);
        }
    }

    private static void tell(TreeElement element, String row) {
        for (int at = 0; at < element.getNumChildren(); at++) {
            TreeElement child = element.getChildAt(at);
            if (child.getMultiplicity() == TreeReference.INDEX_TEMPLATE) {
                continue;
            }
            if (child.getNumChildren() > 0) {
                tell(child, child.isRepeatable() ? within(row, child.getMultiplicity() + 1) : row);
            } else {
                String text = child.getValue() == null ? "" : child.getValue().uncast().getString();
                String hidden = child.isRelevant() ? "" : "hidden ";
                OUT.println(hidden + child.getName() + "\t" + row + "\t" + text.replaceAll("\\s", " "));
            }
        }
    }
}
