using System.CommandLine;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Cli.ManagedResources;

/// <summary><c>hortus managed-resource</c>: looks into ManagedResources, whose manifests are stored compressed.</summary>
public sealed class ManagedResourceCommands(TextWriter output, TextWriter errors)
{
    /// <summary>How a cluster is reached by the name of a kubeconfig file; replaced in tests.</summary>
    internal Func<string?, IKubernetesClient> Connect { get; init; } = file =>
        new KubernetesClient(ClientConnection.Find(file), new ClientOptions { UserAgent = "hortus" });

    /// <summary>The command with its subcommands.</summary>
    public Command Create() => new Command("managed-resource", "Looks into ManagedResources.") { Show() };

    private Command Show()
    {
        var name = new Argument<string>("name") { Description = "Name of the ManagedResource." };
        var space = new Option<string>("--namespace", "-n")
        {
            Description = "Namespace of the ManagedResource.",
            DefaultValueFactory = _ => "default",
        };
        var kubeconfig = new Option<string?>("--kubeconfig")
        {
            Description = "Cluster with the ManagedResource; absent means KUBECONFIG, then ~/.kube/config.",
        };
        var command = new Command("show", "Prints the manifests of a ManagedResource as YAML.") { name, space, kubeconfig };
        command.SetAction(async (result, cancellationToken) =>
        {
            try
            {
                var key = new ObjectKey(result.GetValue(space), result.GetValue(name)!);
                return await ShowAsync(Connect(result.GetValue(kubeconfig)), key, cancellationToken);
            }
            catch (KubeConfigException e)
            {
                return await FailAsync(e.Message, ExitCode.BadConfiguration);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                return await FailAsync(e.Status.Message ?? e.Message, ExitCode.Failure);
            }
            catch (Exception e) when (e is ApiException or HttpRequestException)
            {
                return await FailAsync(e.Message, ExitCode.Failure);
            }
        });
        return command;
    }

    private async Task<int> ShowAsync(IKubernetesClient client, ObjectKey key, CancellationToken cancellationToken)
    {
        var resource = await client.GetAsync<ManagedResource>(key, cancellationToken);
        var secrets = new List<Secret>();
        foreach (var reference in resource.Spec.SecretRefs)
        {
            secrets.Add(await client.GetAsync<Secret>(new ObjectKey(key.Namespace, reference.Name ?? ""), cancellationToken));
        }

        var manifests = ManifestReader.Read(secrets);
        foreach (var (index, manifest) in manifests.Objects.Index())
        {
            await output.WriteAsync($"{(index == 0 ? "" : "---\n")}# {manifest.Place}\n{KubernetesYaml.Write(manifest.Json)}");
        }

        foreach (var fault in manifests.Faults)
        {
            await errors.WriteLineAsync($"hortus: {fault}");
        }

        return manifests.Faults.Count == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private async Task<int> FailAsync(string reason, int code)
    {
        await errors.WriteLineAsync($"hortus: {reason}");
        return code;
    }
}
