using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Requests;

namespace Hortus.ApiServer.Tests.Decoding;

public class StrictDecodingTests
{
    [Fact]
    public void Strict_WithUnknownAndDuplicateFields_Is400NamingAll()
    {
        var error = Should.Throw<ApiStatusException>(() => StrictDecoding.Check(FieldValidation.Strict, ["spec.x"], ["spec.y"]));

        error.Code.ShouldBe(400);
        error.Message.ShouldBe("""strict decoding error: duplicate field "spec.y", unknown field "spec.x" """.TrimEnd());
    }

    [Fact]
    public void Warn_GivesOneWarningPerField() =>
        StrictDecoding.Check(FieldValidation.Warn, ["spec.x"], ["spec.y"])
            .ShouldBe(["duplicate field \"spec.y\"", "unknown field \"spec.x\""]);

    [Fact]
    public void Warn_WithManyFields_StaysWithinTheHeaderLimit() =>
        StrictDecoding.Check(FieldValidation.Warn, [.. Enumerable.Range(0, 1000).Select(i => new string('x', 300) + i)], [])
            .Sum(w => w.Length).ShouldBeLessThanOrEqualTo(4096);

    [Fact]
    public void Ignore_SaysNothing() => StrictDecoding.Check(FieldValidation.Ignore, ["a"], ["b"]).ShouldBeEmpty();

    [Fact]
    public void Parameter_Unknown_IsRefused() =>
        StrictDecoding.TryParse("strict", out _).ShouldBeFalse();
}
