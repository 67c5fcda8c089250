using System.Xml.Linq;
using Hortus.Cli.Flags;

namespace Hortus.Cli.Tests;

public sealed class HelpTextTests
{
    [Fact]
    public void Summary_BecomesOneLine_AndNamesFlags() =>
        HelpText.Of(XElement.Parse("""
            <summary>Where it is kept when
                <see cref="P:Some.Options.TlsCertFile"/> is <see langword="null"/>, a <c>path</c>.</summary>
            """)).ShouldBe("Where it is kept when --tls-cert-file is null, a path.");
}
