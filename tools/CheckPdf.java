import java.io.FileInputStream;
import java.io.InputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;

/** Holds PDF files against veraPDF's own rules of PDF/UA-1 and PDF/A-3a. Started by `python3 tools/dev.py pdf`. */
public class CheckPdf {
    private static final String RULES = "/org/verapdf/pdfa/validation/";

    public static void main(String[] files) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        boolean holds = true;
        for (String file : files) {
            holds &= passes(file, "PDFUA-1.xml", "PDF/UA-1");
            holds &= passes(file, "PDFA-3A.xml", "PDF/A-3a");
        }
        System.exit(holds ? 0 : 1);
    }

    private static boolean passes(String file, String rules, String name) throws Exception {
        ValidationProfile profile = Profiles.profileFromXml(CheckPdf.class.getResourceAsStream(RULES + rules));
        try (InputStream in = new FileInputStream(file);
                PDFAParser parser = Foundries.defaultInstance().createParser(in, profile.getPDFAFlavour());
                PDFAValidator validator = Foundries.defaultInstance().createValidator(profile, false)) {
            ValidationResult result = validator.validate(parser);
            String outcome = result.isCompliant() ? "passes" : "FAILS";
            System.out.println(file + ": " + name + " " + outcome + ", " + result.getTotalAssertions() + " checks");
            for (TestAssertion each : result.getTestAssertions()) {
                if (each.getStatus() == TestAssertion.Status.FAILED) {
                    System.out.println("  " + each.getRuleId().getClause() + ": " + each.getMessage());
                }
            }
            return result.isCompliant();
        }
    }
}
